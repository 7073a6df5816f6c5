//! The JSON of a payload, without what no event is read for.
//!
//! Most of a payload's text are addresses of other resources, the same for each of its repositories and accounts. They
//! are checked to be JSON like the rest and left out: making a tree of them took more time than all else at the door.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The one address that tells something: the run that waits for our word.
const TELLING: &str = "deployment_callback_url";

/// Reads a payload. Its addresses (`url`, `…_url`, `_links`) are not in the answer, but for the one that tells something.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Part.deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

fn is_address(key: &str) -> bool {
    (key == "url" || key == "_links" || key.ends_with("_url")) && key != TELLING
}

/// A value and all within it.
#[derive(Clone, Copy)]
struct Part;

impl<'de> DeserializeSeed<'de> for Part {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key_seed(Key)? {
            match key {
                Some(key) => {
                    object.insert(key, entries.next_value_seed(self)?);
                }
                None => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(object))
    }
}

/// A key; `None` for one that is left out.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<String>;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Option<String>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<String>, E> {
        Ok((!is_address(key)).then(|| key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_as_it_stands_but_for_its_addresses() {
        let check = |text: &str, expected: Option<&str>| {
            let read = parse(text.as_bytes()).ok();
            let expected = expected.map(|expected| serde_json::from_str::<Value>(expected).unwrap_or_default());
            assert_eq!(read, expected, "{text}");
        };
        let plain = r#"{"a":[1,-2,3.5,18446744073709551615,true,false,null,"x\né",[],{}],"url_of":1,"a":{"b":0}}"#;
        check(plain, Some(plain));
        check(
            r#"{"url":"x","html_url":{"a":[1]},"_links":{},"a":{"b":[{"url":1,"id":2}]}}"#,
            Some(r#"{"a":{"b":[{"id":2}]}}"#),
        );
        check(r#"{"deployment_callback_url":"x"}"#, Some(r#"{"deployment_callback_url":"x"}"#));
        check(r#""text""#, Some(r#""text""#));
        for no_json in ["", "{", "[1,]", r#"{"a":1}x"#, r#"{"html_url":[}"#, r#"{"html_url":nul}"#, r#"{"a":"\u12"}"#] {
            check(no_json, None);
        }
        // As deep as GitHub will never go: refused, and no stack used up.
        check(&"[".repeat(100_000), None);
        // What is left out is walked over without one.
        check(&format!(r#"{{"url":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000)), Some("{}"));
    }
}
