//! Writes JSON that holds every number it was given.
//!
//! `serde_json` writes `null` for a float that is no number: a price computed from bad data would be sent as none.
//! [`Finite`] stands between a value and `serde_json` and refuses such floats, at every depth; everything else is handed
//! through.

use std::fmt::Display;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// A value whose floats are numbers, or a serializer of such values.
pub(super) struct Finite<T>(pub(super) T);

impl<T: Serialize> Serialize for Finite<&T>
where
    T: ?Sized,
{
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Finite(serializer))
    }
}

/// Methods of a serializer that get a scalar, and are handed through.
macro_rules! scalars {
    ($($method:ident: $kind:ty),+ $(,)?) => {
        $(#[inline]
        fn $method(self, value: $kind) -> Result<S::Ok, S::Error> {
            self.0.$method(value)
        })+
    };
}

/// Methods of a serializer that begin a value with parts.
macro_rules! compounds {
    ($($method:ident($($argument:ident: $kind:ty),+) -> $compound:ident),+ $(,)?) => {
        $(#[inline]
        fn $method(self, $($argument: $kind),+) -> Result<Finite<S::$compound>, S::Error> {
            self.0.$method($($argument),+).map(Finite)
        })+
    };
}

impl<S: Serializer> Serializer for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Finite<S::SerializeSeq>;
    type SerializeTuple = Finite<S::SerializeTuple>;
    type SerializeTupleStruct = Finite<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Finite<S::SerializeTupleVariant>;
    type SerializeMap = Finite<S::SerializeMap>;
    type SerializeStruct = Finite<S::SerializeStruct>;
    type SerializeStructVariant = Finite<S::SerializeStructVariant>;

    scalars! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    compounds! {
        serialize_seq(len: Option<usize>) -> SerializeSeq,
        serialize_tuple(len: usize) -> SerializeTuple,
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct,
        serialize_tuple_variant(name: &'static str, at: u32, variant: &'static str, len: usize) -> SerializeTupleVariant,
        serialize_map(len: Option<usize>) -> SerializeMap,
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct,
        serialize_struct_variant(name: &'static str, at: u32, variant: &'static str, len: usize) -> SerializeStructVariant,
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        if value.is_finite() { self.0.serialize_f32(value) } else { Err(no_number(value)) }
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        if value.is_finite() { self.0.serialize_f64(value) } else { Err(no_number(value)) }
    }

    #[inline]
    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_none()
    }

    #[inline]
    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Finite(value))
    }

    #[inline]
    fn serialize_unit_variant(self, name: &'static str, at: u32, variant: &'static str) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit_variant(name, at, variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Finite(value))
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        at: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, at, variant, &Finite(value))
    }

    #[inline]
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

#[cold]
fn no_number<E: Error>(value: impl Display) -> E {
    E::custom(format!("{value} is no number, and JSON has none for it: use a Decimal, or check before you divide"))
}

/// Values with parts, each of them looked at.
macro_rules! parts {
    ($($of:ident::$method:ident($($argument:ident: $kind:ty),*)),+ $(,)?) => {
        $(impl<S: $of> $of for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, $($argument: $kind,)* value: &T) -> Result<(), S::Error> {
                self.0.$method($($argument,)* &Finite(value))
            }

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        })+
    };
}

parts! {
    SerializeSeq::serialize_element(), SerializeTuple::serialize_element(), SerializeTupleStruct::serialize_field(),
    SerializeTupleVariant::serialize_field(), SerializeStruct::serialize_field(name: &'static str),
    SerializeStructVariant::serialize_field(name: &'static str),
}

impl<S: SerializeMap> SerializeMap for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&Finite(value))
    }

    #[inline]
    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::value::RawValue;

    use crate::json::write;

    #[derive(Serialize)]
    enum Shape {
        Unit,
        New(f64),
        Pair(f64, u8),
        Line { length: Option<f32> },
    }

    #[derive(Serialize)]
    struct Wrapped(f64);

    #[derive(Serialize)]
    struct Everything {
        shapes: Vec<Shape>,
        pair: (f64, String),
        map: BTreeMap<String, f64>,
        wrapped: Wrapped,
        raw: Box<RawValue>,
        any: serde_json::Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        none: Option<u8>,
    }

    fn everything(number: f64) -> [Everything; 6] {
        std::array::from_fn(|at| {
            let here = |place| if at == place { number } else { 0.5 };
            #[expect(clippy::cast_possible_truncation, reason = "infinite stays so")]
            let length = Some(here(2) as f32);
            Everything {
                shapes: vec![Shape::Unit, Shape::New(here(0)), Shape::Pair(here(1), 1), Shape::Line { length }],
                pair: (here(3), "ü\"".into()),
                map: BTreeMap::from([("a/b".into(), here(4))]),
                wrapped: Wrapped(here(5)),
                raw: RawValue::from_string("1.50".into()).unwrap(),
                any: serde_json::json!([null, 1, -1.5, {"a": true}]),
                none: None,
            }
        })
    }

    #[test]
    fn what_is_finite_is_written_as_serde_json_writes_it() {
        for value in everything(1e30) {
            assert_eq!(write(&value).unwrap(), serde_json::to_string(&value).unwrap());
        }
    }

    #[test]
    fn a_float_that_is_no_number_is_refused_wherever_it_stands() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for value in everything(number) {
                let error = write(&value).unwrap_err().to_string();
                assert!(error.contains("is no number"), "{error}");
            }
        }
    }
}
