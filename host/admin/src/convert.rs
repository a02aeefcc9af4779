//! Converts between the host's own types and the types of the API: one file for each subject, without any decisions.
//!
//! Every conversion lists all fields of its value, so that a field that is added on one side and forgotten on the other
//! does not compile.

mod alert;
mod audit;
mod dead_letter;
mod dedupe;
mod deployment;
mod dry_replay;
mod flow;
mod group;
mod job;
mod message;
mod plugin;
mod quality;
mod queue;
mod reload;
mod rework;
mod status;
mod target;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use gantry_core::{
    DeadLetterId, Digest, FlowName, JobId, KeyId, KeyName, MessageId, SignatureBytes, TargetName, Timestamp,
};
use serde_json::{Map, Value};

/// Converts a type of the host into the API's type with the same meaning, or back.
pub trait Convert<T> {
    /// The converted value.
    fn convert(self) -> T;
}

impl<A: Convert<B>, B> Convert<Option<B>> for Option<A> {
    fn convert(self) -> Option<B> {
        self.map(A::convert)
    }
}

impl<A: Convert<B>, B> Convert<Vec<B>> for Vec<A> {
    fn convert(self) -> Vec<B> {
        self.into_iter().map(A::convert).collect()
    }
}

impl<A: Convert<B>, B: Ord> Convert<BTreeSet<B>> for BTreeSet<A> {
    fn convert(self) -> BTreeSet<B> {
        self.into_iter().map(A::convert).collect()
    }
}

/// Types that both sides share.
macro_rules! same {
    ($($same:ty),* $(,)?) => {
        $(impl Convert<Self> for $same {
            fn convert(self) -> Self {
                self
            }
        })*
    };
}

same!(bool, u8, u16, u32, u64, usize, f64, String, Bytes, Duration, Value, Map<String, Value>, Timestamp);
same!(MessageId, DeadLetterId, JobId, FlowName, TargetName, KeyName, Digest, KeyId, SignatureBytes);

/// Types that have the same fields, `A => B { one, other }`, or the same values, `A => B [One, Other { field }]`. With
/// `=` instead of `=>`, in both directions.
macro_rules! alike {
    () => {};
    ($one:ty => $other:ty { $($field:ident),* $(,)? } $($rest:tt)*) => {
        impl Convert<$other> for $one {
            fn convert(self) -> $other {
                type Other = $other;
                let Self { $($field),* } = self;
                Other { $($field: $field.convert()),* }
            }
        }
        alike! { $($rest)* }
    };
    ($one:ty => $other:ty [ $($value:ident $({ $($field:ident),* })?),* $(,)? ] $($rest:tt)*) => {
        impl Convert<$other> for $one {
            fn convert(self) -> $other {
                type Other = $other;
                match self {
                    $(Self::$value { $($($field),*)? } => Other::$value { $($($field: $field.convert()),*)? },)*
                }
            }
        }
        alike! { $($rest)* }
    };
    ($one:ty = $other:ty { $($field:ident),* $(,)? } $($rest:tt)*) => {
        alike! { $one => $other { $($field),* } $other => $one { $($field),* } $($rest)* }
    };
    ($one:ty = $other:ty [ $($value:ident $({ $($field:ident),* })?),* $(,)? ] $($rest:tt)*) => {
        alike! {
            $one => $other [ $($value $({ $($field),* })?),* ]
            $other => $one [ $($value $({ $($field),* })?),* ]
            $($rest)*
        }
    };
}

use alike;
