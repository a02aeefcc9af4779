"""Patterns of digits as automata: what the metadata of libphonenumber says in regular expressions, made into one table
that every language can walk without an engine for regular expressions.

An automaton is a function from a state to `(accepts, {digit: state})`; states are whatever can be hashed. `Table` merges
automata of finite languages into one minimal graph.
"""

import re
from collections.abc import Callable, Hashable
from functools import lru_cache

DIGITS = "0123456789"
State = Hashable
Automaton = tuple[State, Callable[[State], tuple[bool, dict[str, State]]]]

_TOKEN = re.compile(r"\(\?:|[()|?*]|\\d|\[[^\]]*\]|\{\d+(?:,\d+)?\}|\d")


def _alternatives(tokens: list[str]):
    branches = [_sequence(tokens)]
    while tokens and tokens[0] == "|":
        tokens.pop(0)
        branches.append(_sequence(tokens))
    return branches[0] if len(branches) == 1 else ("or", tuple(branches))


def _sequence(tokens: list[str]):
    items = []
    while tokens and tokens[0] not in "|)":
        token = tokens.pop(0)
        if token in ("(", "(?:"):
            item = _alternatives(tokens)
            assert tokens.pop(0) == ")"
        else:
            item = ("digit", _digits(token))
        if tokens and tokens[0] == "?":
            tokens.pop(0)
            item = ("or", (item, ("then", ())))
        elif tokens and tokens[0].startswith("{"):
            bounds = [int(bound) for bound in tokens.pop(0)[1:-1].split(",")]
            optional = ("or", (item, ("then", ())))
            item = ("then", (item,) * bounds[0] + (optional,) * (bounds[-1] - bounds[0]))
        items.append(item)
    return ("then", tuple(items))


def _digits(token: str) -> str:
    if token == r"\d":
        return DIGITS
    if len(token) == 1:
        return token
    found = re.sub(r"(\d)-(\d)", lambda m: "".join(map(str, range(int(m[1]), int(m[2]) + 1))), token[1:-1])
    assert found.isdigit(), token
    return found


def pattern(text: str) -> Automaton:
    """The automaton of a regular expression that matches as a whole."""
    tokens = _TOKEN.findall(text)
    assert "".join(tokens) == text, text
    tree = _alternatives(tokens)
    assert not tokens, text
    edges: list[list[tuple[str | None, int]]] = [[]]

    def build(node, end: int) -> int:
        """The state from which `node` leads to `end`."""
        if node[0] == "then":
            for item in reversed(node[1]):
                end = build(item, end)
            return end
        edges.append([])
        start = len(edges) - 1
        if node[0] == "digit":
            edges[start].append((node[1], end))
        else:
            for branch in node[1]:
                edges[start].append((None, build(branch, end)))
        return start

    start = build(tree, 0)

    def closure(states: frozenset[int]) -> frozenset[int]:
        found, rest = set(states), list(states)
        while rest:
            for digits, end in edges[rest.pop()]:
                if digits is None and end not in found:
                    found.add(end)
                    rest.append(end)
        return frozenset(state for state in found if state == 0 or any(d is not None for d, _ in edges[state]))

    @lru_cache(maxsize=None)
    def step(states: frozenset[int]):
        following: dict[str, set[int]] = {}
        for state in states:
            for digits, end in edges[state]:
                for digit in digits or "":
                    following.setdefault(digit, set()).add(end)
        return 0 in states, {digit: closure(frozenset(ends)) for digit, ends in following.items()}

    return closure(frozenset([start])), step


def lengths(allowed: list[int]) -> Automaton:
    """Any digits, as many as these."""
    most = max(allowed, default=-1)
    return 0, lambda count: (count in allowed, dict.fromkeys(DIGITS, count + 1) if count < most else {})


def prefix(of: Automaton) -> Automaton:
    """Whatever begins with a word of the automaton."""
    start, step = of

    def stepped(state):
        if state == "any":
            return True, dict.fromkeys(DIGITS, "any")
        accepts, following = step(state)
        return (True, dict.fromkeys(DIGITS, "any")) if accepts else (False, following)

    return start, stepped


def combined(parts: list[Automaton], accepts: Callable[[list[bool]], bool]) -> Automaton:
    """Runs automata side by side; a word is in the language if `accepts` says so of what each of them says."""

    @lru_cache(maxsize=None)
    def step(states):
        stepped = [part[1](state) if state is not None else (False, {}) for part, state in zip(parts, states)]
        digits = {digit for _, following in stepped for digit in following}
        return accepts([accepting for accepting, _ in stepped]), {
            digit: tuple(following.get(digit) for _, following in stepped) for digit in digits
        }

    return tuple(part[0] for part in parts), step


def both(left: Automaton, right: Automaton) -> Automaton:
    """The words of both."""

    def step(states):
        left_accepts, left_digits = left[1](states[0])
        right_accepts, right_digits = right[1](states[1])
        shared = left_digits.keys() & right_digits.keys()
        return left_accepts and right_accepts, {digit: (left_digits[digit], right_digits[digit]) for digit in shared}

    return (left[0], right[0]), step


class Table:
    """One graph for many automata. An edge is five characters: two for the digits it takes and whether a word may end
    behind it, three for the state it leads to and whether it is the last edge of its own state."""

    BASE = 50
    FIRST = ord("*")
    """Of fifty characters, none of which needs to be escaped in any language's string."""

    def __init__(self) -> None:
        self._states: dict[frozenset, int] = {frozenset(): 0}
        self._edges: list[tuple[int, int, bool]] = [(0, 0, True)]

    def add(self, automaton: Automaton) -> int:
        """Where its first state begins, times two, and one more if it accepts the empty word. All words have to be
        shorter than forty digits."""
        start, step = automaton
        done: dict[State, int] = {}

        def placed(state: State, depth: int) -> int:
            assert depth < 40, "an infinite language"
            if state not in done:
                edges: dict[tuple[int, bool], int] = {}
                for digit, following in sorted(step(state)[1].items()):
                    end = placed(following, depth + 1)
                    accepts = step(following)[0]
                    if end or accepts:
                        edges[end, accepts] = edges.get((end, accepts), 0) | 1 << int(digit)
                done[state] = self._place(frozenset((mask, *edge) for edge, mask in edges.items()))
            return done[state]

        return placed(start, 0) * 2 + step(start)[0]

    def _place(self, edges: frozenset) -> int:
        if edges not in self._states:
            self._states[edges] = len(self._edges)
            ordered = sorted(edges)
            for mask, end, accepts in ordered:
                self._edges.append((mask + 1024 * accepts, end, (mask, end, accepts) == ordered[-1]))
        return self._states[edges]

    def text(self) -> str:
        """The edges, one behind the other."""
        return "".join(self._number(mask, 2) + self._number(end * 2 + last, 3) for mask, end, last in self._edges)

    def _number(self, number: int, places: int) -> str:
        assert number < self.BASE**places
        text = ""
        for _ in range(places):
            text = chr(self.FIRST + number % self.BASE) + text
            number //= self.BASE
        return text
