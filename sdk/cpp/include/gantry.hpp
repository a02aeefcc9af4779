/// Write a Gantry plugin in C++ as one function on one message: what a plugin's source includes, before anything else.
#pragma once

#include <gantry/check.hpp>
#include <gantry/date.hpp>
#include <gantry/decimal.hpp>
#include <gantry/host.hpp>
#include <gantry/json.hpp>
#include <gantry/message.hpp>
#include <gantry/outcome.hpp>
#include <gantry/plugin.hpp>
#include <gantry/quality.hpp>
#include <gantry/result.hpp>
#include <gantry/text.hpp>
#include <gantry/writer.hpp>
