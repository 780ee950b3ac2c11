//! Arguments about configuration.

use std::path::PathBuf;

use clap::Args;
use unspin_driver::Configuration;

/// Where configuration comes from.
#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    /// Use this configuration file for all files, instead of the nearest one above each
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub(crate) isolated: bool,
}

impl ConfigArguments {
    /// Where configuration comes from.
    pub(crate) fn configuration(&self) -> Configuration {
        match &self.config {
            Some(file) => Configuration::File(file.clone()),
            None if self.isolated => Configuration::None,
            None => Configuration::Nearest,
        }
    }
}

/// What to show of the configuration.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unspin config src/server.py           which rules report there, and which file says so
  unspin config --schema > unspin.json  for editors that complete and check TOML")]
pub(crate) struct ConfigCommand {
    /// A file or folder
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Print the JSON schema of configuration files instead
    #[arg(long)]
    pub(crate) schema: bool,
    /// Where configuration comes from.
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
}
