//! The written parts say what the code does.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use clap::CommandFactory;
use serde_json::Value;

use crate::running::repository;

#[test]
fn the_committed_openapi_document_is_the_generated_one() {
    let hint = "write it anew with `cargo run --bin millrace -- openapi > openapi.json`";
    assert_eq!(repository("openapi.json"), millrace::openapi(), "{hint}");
}

/// What an operation leaves out of its description.
fn missing(operation: &Value, responses: &Value) -> Vec<String> {
    let members = ["operationId", "summary", "description", "tags"].into_iter();
    let mut missing: Vec<_> = members.filter(|member| operation[member].is_null()).map(str::to_owned).collect();
    let illustrated = |body: &Value| {
        let mut contents = body["content"].as_object().into_iter().flat_map(|contents| contents.values());
        contents.all(|content| !content["example"].is_null() || !content["examples"].is_null())
    };
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["description"].is_null() || (parameter["required"] == true && parameter["example"].is_null()) {
            missing.push(format!("parameter {}", parameter["name"]));
        }
    }
    if !illustrated(&operation["requestBody"]) {
        missing.push("an example of the body".to_owned());
    }
    for (status, response) in operation["responses"].as_object().unwrap() {
        let response = match response["$ref"].as_str() {
            Some(reference) => &responses[reference.rsplit('/').next().unwrap()],
            None => response,
        };
        let codes =
            &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"]["enum"];
        let coded = codes.as_array().is_some_and(|codes| !codes.is_empty());
        let described = response["description"].as_str().is_some_and(|description| !description.is_empty());
        if !described || !illustrated(response) || status.starts_with(['4', '5']) != coded {
            missing.push(format!("what {status} means"));
        }
    }
    missing
}

#[test]
fn every_operation_says_what_it_does_and_what_it_may_answer_with_examples() {
    let document: Value = serde_json::from_str(&millrace::openapi()).unwrap();
    let responses = &document["components"]["responses"];
    let mut incomplete = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            incomplete.extend(missing(operation, responses).iter().map(|what| format!("{method} {path}: {what}")));
        }
    }
    assert!(incomplete.is_empty(), "{incomplete:#?}");
}

/// The files of a folder of the repository, however deep.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Two sides are compared when they are joined; within one of them utoipa describes the first of a name, and says nothing.
#[test]
fn no_two_schemas_of_one_side_have_the_same_name() {
    for side in ["command-api", "query-api"] {
        let mut names = BTreeSet::new();
        for file in files(&Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(side).join("src")) {
            let source = std::fs::read_to_string(&file).unwrap();
            for described in
                source.split("#[derive(").skip(1).filter(|rest| rest.split(')').next().unwrap().contains("ToSchema"))
            {
                let declared = described
                    .split("schema(as = ")
                    .nth(1)
                    .filter(|_| described.find("schema(as").unwrap() < described.find('{').unwrap());
                let named = declared.map(|rest| rest.split(')').next().unwrap());
                let mut words =
                    described.split_whitespace().skip_while(|word| !["struct", "enum"].contains(word)).skip(1);
                let name = named.unwrap_or_else(|| words.next().unwrap());
                assert!(names.insert(name.to_owned()), "{name} of {} is another one in {side}", file.display());
            }
        }
    }
}

#[test]
fn every_part_of_the_api_is_introduced() {
    let document: Value = serde_json::from_str(&millrace::openapi()).unwrap();
    let introduced: BTreeSet<_> = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str()).collect();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|item| item.as_object().unwrap().values());
    let used: BTreeSet<_> =
        operations.flat_map(|operation| operation["tags"].as_array().unwrap()).map(Value::as_str).collect();
    assert_eq!(used, introduced);
}

#[test]
fn every_code_of_a_problem_is_answered_by_some_operation() {
    let document = millrace::openapi();
    let codes = [web::codes::CODES, command_api::codes::CODES].concat();
    // What knows no such method is no operation.
    let names = codes.iter().map(|code| code.name).filter(|name| *name != "method_not_allowed");
    let silent: Vec<_> = names.filter(|name| !document.contains(&format!("/docs/problems#{name}"))).collect();
    assert_eq!(silent, [""; 0]);
}

#[test]
fn streams_md_names_every_event_type_and_no_other() {
    let page = repository("streams.md");
    let section = page.split("\n## ").find(|section| section.starts_with("Event types")).unwrap();
    let words = section.split('`').skip(1).step_by(2);
    let categories = domain::event::categories();
    let named: BTreeSet<_> = words
        .filter(|word| {
            word.split_once('.').is_some_and(|(category, what)| {
                categories.contains(category) && what.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            })
        })
        .collect();
    assert_eq!(named, domain::event::TYPES.iter().copied().collect());
}

#[test]
fn every_token_of_the_fake_provider_is_explained_where_people_look() {
    for page in [repository("docs/domain.md"), repository("openapi.json")] {
        for token in payments::fake::TOKENS {
            assert!(page.contains(&format!("`{token}`")), "{token}");
        }
    }
}

pub(crate) fn variables(command: &clap::Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|argument| {
        let name = argument.get_env()?.to_string_lossy().into_owned();
        // Each secret can be in a file.
        let file = argument.is_hide_env_values_set().then(|| format!("{name}_FILE"));
        Some([Some(name), file])
    });
    let own = own.flatten().flatten();
    own.chain(command.get_subcommands().flat_map(variables)).collect()
}

#[test]
fn env_example_lists_every_variable_that_help_does_and_no_other() {
    let example = repository(".env.example");
    let lines = example.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let listed: BTreeSet<_> = lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    assert_eq!(listed, variables(&millrace::cli::Cli::command()));
}

/// Each variable with its default.
fn defaults(command: &clap::Command) -> BTreeMap<String, String> {
    let own = command.get_arguments().filter_map(|argument| {
        let default = argument.get_default_values().first()?.to_string_lossy().into_owned();
        Some((argument.get_env()?.to_string_lossy().into_owned(), default))
    });
    own.chain(command.get_subcommands().flat_map(defaults)).collect()
}

#[test]
fn security_md_states_every_limit_and_lifetime_as_it_is() {
    let page = repository("docs/security.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<_> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let [.., value, setting] = cells[..] else { return None };
        let setting = setting.strip_prefix('`')?.strip_suffix('`')?;
        Some((setting.to_owned(), value.replace("min", "m").replace(' ', "")))
    });
    let stated: BTreeMap<_, _> = rows.collect();
    let prefixes = [
        "MILLRACE_LIMIT_",
        "MILLRACE_LOGIN_",
        "MILLRACE_SESSION_",
        "MILLRACE_REPLAY_",
        "MILLRACE_ACCESS_",
        "MILLRACE_SEEN_",
        "MILLRACE_RESET_",
    ];
    let mut defaults = defaults(&millrace::cli::Cli::command());
    defaults.retain(|name, _| prefixes.iter().any(|prefix| name.starts_with(prefix)));
    assert_eq!(stated, defaults);
}
