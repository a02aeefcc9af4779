//! Enums whose values have a stable name: what scripts, metrics and other programs match on.

/// Defines an enum whose values are written, read and counted by one stable name each.
///
/// ```
/// gantry_core::coded_enum! {
///     /// How a parcel travels.
///     pub enum Way {
///         /// By road.
///         Road => "road",
///         /// By sea.
///         Sea => "sea",
///         _ => Unknown,
///     }
/// }
///
/// assert_eq!(Way::Sea.name(), "sea");
/// assert_eq!(Way::Sea.meaning(), "By sea.");
/// assert_eq!(Way::ALL.len(), 2);
/// assert_eq!(serde_json::from_str::<Way>("\"air\"").unwrap(), Way::Unknown);
/// ```
///
/// A value may have a number, too: `Road = 3 => "road"`. With `_ => NAME` whatever is not in the list is read as that
/// value, which is not in `ALL`; without it, that is an error. The crate that uses the macro needs `serde`.
#[macro_export]
macro_rules! coded_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[doc = $doc:literal])+ $variant:ident $(= $number:literal)? => $code:tt,)+
            $(_ => $other:ident,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        $vis enum $name {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $variant $(= $number)?,)+
            $(
                /// One that this program does not know.
                #[serde(other)]
                $other,
            )?
        }

        #[allow(dead_code, reason = "not every list is asked for everything")]
        impl $name {
            /// Every value, in the order of the documentation.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name.
            #[must_use]
            $vis const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                    $(Self::$other => "unknown",)?
                }
            }

            /// What it stands for, in the words of its documentation.
            #[must_use]
            $vis const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                    $(Self::$other => concat!("one that this program does not know: `", stringify!($other), "`"),)?
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
