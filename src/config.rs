//! stub
use crate::model::Provider;
use std::path::PathBuf;
use std::sync::Arc;
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Folders {
    pub config: PathBuf,
    pub data: PathBuf,
    pub cache: PathBuf,
}
impl Folders {
    /// stub
    pub fn find() -> Result<Self, String> {
        let at = |n: &str| {
            std::env::var(format!("REHEAT_{n}_DIR"))
                .map_or_else(|_| PathBuf::from("/tmp/rh-stub").join(n), PathBuf::from)
        };
        Ok(Self {
            config: at("CONFIG"),
            data: at("DATA"),
            cache: at("CACHE"),
        })
    }
}
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Config {
    pub warnings: Vec<String>,
    pub template: Option<String>,
    pub rounds: Option<u32>,
    pub comparison_time: Option<std::time::Duration>,
    pub theme: Option<String>,
}
impl Config {
    /// stub
    pub fn load(_f: &Folders) -> Result<Self, String> {
        Ok(Self::default())
    }
}
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Selection {
    pub model: Option<String>,
    pub provider: Option<String>,
    pub base_url: Option<String>,
    pub command: Option<String>,
    pub tape: Option<PathBuf>,
    pub temperature: Option<f64>,
}
/// stub
pub fn resolve_provider(_c: &Config, _s: &Selection) -> Result<Arc<dyn Provider>, String> {
    Err("no model".into())
}
