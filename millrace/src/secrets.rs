//! Secrets from files: whatever a secret variable `X` can say, a file can that `X_FILE` names.
//!
//! So a secret need not stand in an environment, where whoever may look at the process sees it. It is done to the definition of
//! the command line, before it reads anything: what is a secret there can come from a file, and `--help` says so.

use std::{
    ffi::{OsStr, OsString},
    fs,
};

use anyhow::{Context, bail, ensure};
use clap::{Arg, Command};

/// Lets the secrets of this command come from the files that the environment names. The contents stand in as defaults: flags
/// win over them, as over variables. Only what the command that is asked for reads is looked at.
///
/// # Errors
/// When a secret is given both ways, or its file cannot be read. No error repeats what a file holds.
pub(crate) fn from_files(
    mut command: Command,
    arguments: &[OsString],
    variable: impl Fn(&OsStr) -> Option<OsString>,
) -> anyhow::Result<Command> {
    let asked_for = arguments.iter().skip(1).find_map(|argument| command.find_subcommand(argument));
    let asked_for = asked_for.map(|found| found.get_name().to_owned());
    let mut failed = None;
    command = arguments_in_files(command, &variable, &mut failed);
    if let Some(name) = asked_for {
        command = command.mut_subcommand(name, |found| in_files(found, &variable, &mut failed));
    }
    failed.map_or(Ok(command), Err)
}

fn in_files(
    command: Command,
    variable: &impl Fn(&OsStr) -> Option<OsString>,
    failed: &mut Option<anyhow::Error>,
) -> Command {
    let command = arguments_in_files(command, variable, failed);
    command.mut_subcommands(|inner| in_files(inner, variable, failed))
}

fn arguments_in_files(
    command: Command,
    variable: &impl Fn(&OsStr) -> Option<OsString>,
    failed: &mut Option<anyhow::Error>,
) -> Command {
    command.mut_args(|argument| match in_file(argument.clone(), variable) {
        Ok(argument) => argument,
        Err(error) => {
            failed.get_or_insert(error);
            argument
        }
    })
}

fn in_file(argument: Arg, variable: &impl Fn(&OsStr) -> Option<OsString>) -> anyhow::Result<Arg> {
    let name = argument.get_env().filter(|_| argument.is_hide_env_values_set()).map(OsStr::to_os_string);
    let Some(name) = name else { return Ok(argument) };
    let shown = name.to_string_lossy();
    let help = format!("{} [or in the file of {shown}_FILE]", argument.get_help().cloned().unwrap_or_default());
    let argument = argument.help(help);
    let file_name = OsString::from(format!("{shown}_FILE"));
    let Some(path) = variable(&file_name) else { return Ok(argument) };
    if variable(&name).is_some() {
        bail!("{shown} and {shown}_FILE are both set: only one of them can be meant");
    }
    let path = path.display();
    let content =
        fs::read_to_string(path.to_string()).with_context(|| format!("{shown}_FILE: {path} cannot be read"))?;
    let secret = content.trim_end_matches(['\r', '\n']);
    ensure!(!secret.is_empty(), "{shown}_FILE: {path} is empty");
    Ok(argument.required(false).default_value(secret.to_owned()).hide_default_value(true))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, path::Path};

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn asked(arguments: &[&str], variables: &[(&str, &Path)]) -> anyhow::Result<Command> {
        let variables: HashMap<_, _> = variables.iter().map(|(name, path)| (OsString::from(name), *path)).collect();
        let arguments: Vec<_> = ["millrace"].iter().chain(arguments).map(OsString::from).collect();
        from_files(Cli::command(), &arguments, |name| variables.get(name).map(|path| path.as_os_str().to_owned()))
    }

    fn redis_url(command: Command, arguments: &[&str]) -> String {
        let matches = command.try_get_matches_from(["millrace"].iter().chain(arguments)).unwrap();
        let (_, matches) = matches.subcommand().unwrap();
        matches.get_raw("redis_url").unwrap().next().unwrap().to_string_lossy().into_owned()
    }

    #[test]
    fn a_file_is_as_good_as_its_variable_without_the_newline_at_its_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "redis://a:b@c\n").unwrap();
        let command = asked(&["doctor"], &[("REDIS_URL_FILE", file.path())]).unwrap();
        assert_eq!(redis_url(command.clone(), &["doctor"]), "redis://a:b@c");
        assert_eq!(redis_url(command, &["doctor", "--redis-url", "redis://flag"]), "redis://flag");
    }

    #[test]
    fn a_secret_that_is_needed_can_come_from_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "redis://a:b@c").unwrap();
        let command = asked(&["command-api"], &[("REDIS_URL_FILE", file.path())]).unwrap();
        assert_eq!(redis_url(command, &["command-api"]), "redis://a:b@c");
    }

    #[test]
    fn both_ways_at_once_are_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let both = [("REDIS_URL_FILE", file.path()), ("REDIS_URL", file.path())];
        let refused = asked(&["verify"], &both).unwrap_err().to_string();
        assert!(refused.contains("REDIS_URL and REDIS_URL_FILE"), "{refused}");
    }

    #[test]
    fn a_file_that_is_missing_or_empty_is_named_with_its_variable() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for path in [Path::new("/nowhere/redis-url"), file.path()] {
            let refused = asked(&["events", "tail"], &[("REDIS_URL_FILE", path)]).unwrap_err().to_string();
            assert!(refused.contains("REDIS_URL_FILE") && refused.contains(&path.display().to_string()), "{refused}");
        }
    }

    #[test]
    fn no_error_and_no_help_repeats_what_a_file_holds() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, [b"hunter2".as_slice(), &[0xff]].concat()).unwrap();
        let refused = asked(&["doctor"], &[("REDIS_URL_FILE", file.path())]).unwrap_err();
        assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");

        fs::write(&file, "hunter2").unwrap();
        let mut command = asked(&["doctor"], &[("REDIS_URL_FILE", file.path())]).unwrap();
        let help = command.find_subcommand_mut("doctor").unwrap().render_long_help().to_string();
        assert!(help.contains("REDIS_URL_FILE") && !help.contains("hunter2"), "{help}");
    }

    #[test]
    fn what_another_command_reads_is_none_of_this_ones_business() {
        asked(&["rehearse"], &[("REDIS_URL_FILE", Path::new("/nowhere"))]).unwrap();
    }
}
