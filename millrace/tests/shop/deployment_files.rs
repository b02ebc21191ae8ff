//! What docker-compose.yml, the Dockerfile, the gateway's configuration and the workflows name is there.

use std::{
    collections::BTreeSet,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use clap::CommandFactory;
use serde_json::Value;

use crate::{documents::variables, running::repository};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The files of a folder of the repository, by their paths in it.
fn files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap());
    let named =
        entries.map(|entry| (entry.path().is_dir(), format!("{folder}/{}", entry.file_name().to_str().unwrap())));
    named.flat_map(|(is_folder, path)| if is_folder { files(&path) } else { vec![path] }).collect()
}

/// What says how a shop is deployed, without its comments.
fn deployment() -> Vec<(String, String)> {
    let alone = ["docker-compose.yml", "Dockerfile"].map(str::to_owned);
    let folders = ["ops/nginx", "ops/compose", ".github/workflows"];
    let names = alone.into_iter().chain(folders.into_iter().flat_map(files));
    names
        .map(|name| {
            let text = repository(&name);
            let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
            let text = lines.map(|line| format!("{}\n", line.split(" # ").next().unwrap())).collect();
            (name, text)
        })
        .collect()
}

/// The words of a text that are made of these characters.
fn words(text: &str, belongs: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |character| !belongs(character)).filter(|word| !word.is_empty())
}

/// What follows each occurrence of a beginning, up to where it ends.
fn after<'a>(text: &'a str, beginning: &str, ends: &[char]) -> Vec<&'a str> {
    text.split(beginning).skip(1).map(|rest| rest.split(ends).next().unwrap()).collect()
}

#[test]
fn every_variable_is_one_that_millrace_reads() {
    let known = variables(&millrace::cli::Cli::command());
    for (file, text) in deployment() {
        for name in words(&text, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
            let ours =
                name.starts_with("MILLRACE_") || ["REDIS_URL", "DATABASE_URL"].iter().any(|url| name.starts_with(url));
            let read = known.contains(name) || known.contains(name.strip_suffix("_FILE").unwrap_or(name));
            assert!(!ours || read, "{name} of {file}");
        }
    }
}

#[test]
fn every_command_is_one_that_millrace_has() {
    let cli = millrace::cli::Cli::command();
    let compose = repository("docker-compose.yml");
    let services = ["command-api", "query-api", "projectors"];
    for role in services {
        assert!(compose.contains(&format!("command: [{role}]")), "{role} runs");
    }
    let asked = after(&compose, "[CMD, millrace, ", &[',', ']']);
    for command in services.into_iter().chain(asked) {
        assert!(cli.find_subcommand(command).is_some(), "{command}");
    }
}

/// The ports that services have unless told otherwise: where they listen, then for operators.
fn ports() -> Vec<String> {
    let source = repository("millrace/src/services.rs");
    after(&source, "local(", &[')']).into_iter().filter(|port| port.parse::<u16>().is_ok()).map(str::to_owned).collect()
}

#[test]
fn every_port_is_one_that_somebody_listens_on() {
    let ours = ports();
    assert_eq!(ours.len(), 5, "{ours:?}");
    // The gateway's own, and those of Redis, Postgres, the mail catcher, Prometheus and Grafana.
    let others = [
        ("gateway", "8443"),
        ("redis", "6379"),
        ("postgres", "5432"),
        ("mail", "1025"),
        ("prometheus", "9090"),
        ("grafana", "3000"),
    ];
    for (file, text) in deployment() {
        let addresses = words(&text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:".contains(c));
        for (host, port) in addresses.filter_map(|address| address.split_once(':')) {
            let is_port = port.len() > 1 && port.parse::<u16>().is_ok();
            let is_theirs =
                others.iter().any(|(name, theirs)| *theirs == port && (*name == host || host.ends_with(".0.1")));
            let is_ours = ours.iter().any(|own| own == port);
            let is_host = !host.is_empty() && !host.chars().all(|c| c.is_ascii_digit());
            assert!(!is_port || !is_host || is_ours || is_theirs || host == "localhost", "{host}:{port} of {file}");
        }
    }
}

#[test]
fn each_service_is_asked_where_it_listens() {
    let compose = repository("docker-compose.yml");
    let [write, write_ops, read, read_ops, projectors] = ports().try_into().unwrap();
    for (service, port) in [("command-api", &write), ("query-api", &read)] {
        for folder in ["ops/nginx/site", "ops/compose/site"] {
            let host = if folder.starts_with("ops/nginx") { "127.0.0.1" } else { service };
            let lines = repository(&format!("{folder}/{service}.conf"));
            assert_eq!(lines.matches(&format!("server {host}:{port} ")).count(), 2, "{folder} of {service}");
        }
        assert!(compose.contains(&format!("MILLRACE_LISTEN: 0.0.0.0:{port}\n")), "{service}");
    }
    for (job, port, hosts) in [
        ("command-api", write_ops, &["command-api"][..]),
        ("query-api", read_ops, &["query-api"]),
        ("projectors", projectors, &["projectors-1", "projectors-2"]),
    ] {
        assert!(compose.contains(&format!("MILLRACE_OPS_LISTEN: 0.0.0.0:{port}\n")), "{job}");
        assert!(compose.contains(&format!("[CMD, millrace, health, \"http://127.0.0.1:{port}/readyz\"]")), "{job}");
        let targets = hosts.iter().map(|host| format!("{host}:{port}")).collect::<Vec<_>>().join(", ");
        assert_eq!(repository(&format!("ops/compose/targets/{job}.yml")).trim(), format!("- targets: [{targets}]"));
        for host in hosts {
            assert!(compose.contains(&format!("\n  {host}:")), "{host} is a service");
        }
    }
    assert!(repository("web/src/ops.rs").contains(".route(\"/readyz\""));
}

#[test]
fn those_who_are_believed_are_those_who_are_meant() {
    let compose = repository("docker-compose.yml");
    let service =
        |name: &str| compose.split(&format!("\n  {name}:\n")).nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    let address = |service: &str, network: &str| {
        let found = after(service, &format!("{network}: {{ipv4_address: "), &['}']);
        (*found.first().unwrap()).to_owned()
    };
    assert_eq!(after(&compose, "MILLRACE_TRUSTED_PROXIES: ", &['\n']), [address(&service("gateway"), "shop")]);
    let real_ip = repository("ops/compose/site/http.conf");
    assert_eq!(after(&real_ip, "set_real_ip_from ", &[';']), [address(&service("tunnel"), "outside")]);
    let published: Vec<_> = compose.match_indices("\n    ports:").collect();
    assert_eq!(published.len(), 1, "only the gateway is published");
    assert!(service("gateway").contains("    ports:"));
}

#[test]
fn the_gateway_in_a_container_has_every_part_of_its_own() {
    let parts = |folder: &str| {
        files(folder).iter().map(|file| file.rsplit('/').next().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(parts("ops/compose/site"), parts("ops/nginx/site"));
}

/// What an image is made of: each line of .dockerignore that takes something back.
fn context() -> BTreeSet<String> {
    repository(".dockerignore").lines().filter_map(|line| line.strip_prefix('!')).map(str::to_owned).collect()
}

#[test]
fn every_file_that_an_image_is_made_of_is_there() {
    let context = context();
    for name in &context {
        assert!(root().join(name).exists(), "{name} of .dockerignore");
    }
    let manifest = repository("Cargo.toml");
    let members = manifest.split("members = [").nth(1).unwrap().split(']').next().unwrap();
    for member in words(members, |c| c.is_ascii_alphanumeric() || c == '-') {
        assert!(context.contains(member), "{member} is compiled");
    }
    let dockerfile = repository("Dockerfile");
    for line in
        dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.contains("--from="))
    {
        let sources: Vec<_> = line.split_whitespace().collect();
        for source in &sources[..sources.len() - 1] {
            assert!(root().join(source).exists(), "{source} of the Dockerfile");
            assert!(
                *source == "." || context.contains(source.split('/').next().unwrap()),
                "{source} is in the context"
            );
        }
    }
    // Files that are compiled in.
    for included in ["openapi.json", "ops", "migrations", ".sqlx"] {
        assert!(context.contains(included), "{included}");
    }
}

#[test]
fn every_file_that_compose_names_is_there_or_made() {
    let compose = repository("docker-compose.yml");
    let (made, other): (Vec<_>, Vec<_>) =
        after(&compose, "{file: ", &['}', ',']).into_iter().partition(|file| file.starts_with("secrets/"));
    let mounted = after(&compose, "- ./", &[':']);
    for file in other.into_iter().chain(mounted) {
        assert!(root().join(file).exists(), "{file}");
    }
    for file in after(&compose, "/run/secrets/", &['\n', ',', ']']) {
        assert!(compose.contains(&format!("\n  {file}: {{file: secrets/")), "{file} is a secret");
    }

    // A copy of the repository, as far as it matters, where Docker makes every volume.
    let copy = tempfile::tempdir().unwrap();
    for file in files("ops").iter().filter(|file| !file.contains("/grafana/")) {
        let target = copy.path().join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(root().join(file), target).unwrap();
    }
    let docker = copy.path().join("bin/docker");
    fs::create_dir(docker.parent().unwrap()).unwrap();
    fs::write(&docker, "#!/bin/sh\necho \"$*\" >>docker.log\n").unwrap();
    fs::set_permissions(&docker, Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", docker.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let prepare = || {
        let mut command = Command::new(copy.path().join("ops/compose/prepare"));
        assert!(command.env("PATH", &path).output().unwrap().status.success());
        made.iter().map(|file| fs::read_to_string(copy.path().join(file)).unwrap()).collect::<Vec<_>>()
    };
    let secrets = prepare();
    assert_eq!(prepare(), secrets, "what is there stays");
    assert!(secrets.iter().all(|secret| !secret.contains("_SHA256")));
    let folder = fs::metadata(copy.path().join("secrets")).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    let volumes = fs::read_to_string(copy.path().join("docker.log")).unwrap();
    for volume in after(&compose, "external: true, name: ", &['}']) {
        assert!(volumes.contains(&format!("volume create {volume}\n")), "{volume}");
    }
    assert!(!compose.split("\nvolumes:\n").nth(1).unwrap().split("\n\n").next().unwrap().contains("{}"));
}

#[test]
fn every_command_of_the_workflows_is_there() {
    let makefile = repository("Makefile");
    let package: Value = serde_json::from_str(&repository("storefront/package.json")).unwrap();
    for (file, text) in deployment().into_iter().filter(|(name, _)| name.starts_with(".github")) {
        for target in after(&text, "run: make ", &['\n', ' ']) {
            assert!(makefile.contains(&format!("\n{target}:")), "make {target} of {file}");
        }
        for script in after(&text, "storefront run ", &['\n', ' ']) {
            assert!(package["scripts"][script].is_string(), "{script} of {file}");
        }
        for folder in ["ops/", ".ci/"] {
            for program in after(&text, &format!("run: {folder}"), &['\n', ' ']) {
                assert!(root().join(folder).join(program).exists(), "{folder}{program} of {file}");
            }
        }
        for action in after(&text, "uses: ", &['\n']) {
            let version = action.split_once("@v").map_or("", |(_, version)| version);
            assert!(version.parse::<f32>().is_ok(), "{action} of {file} is pinned");
        }
        for path in after(&text, "cache-dependency-path: ", &['\n']) {
            assert!(root().join(path).exists(), "{path} of {file}");
        }
        assert!(text.contains("\npermissions:\n  contents: read\n"), "{file} may do no more than it has to");
    }
    let updated = repository(".github/dependabot.yml");
    for folder in after(&updated, "directory: /", &['\n']) {
        assert!(root().join(folder).is_dir(), "{folder} of dependabot.yml");
    }
}

#[test]
fn images_are_built_with_a_rust_that_is_new_enough() {
    let dockerfile = repository("Dockerfile");
    let image = after(&dockerfile, "FROM ", &[' ']).into_iter().find(|image| image.starts_with("rust:")).unwrap();
    assert!(repository(".github/workflows/release.yml").contains(&format!("container: {image}\n")), "{image}");
    let number = |text: &str| text.split('.').nth(1).unwrap().parse::<u32>().unwrap();
    let least = repository("Cargo.toml");
    let least = after(&least, "rust-version = \"", &['"'])[0];
    assert!(number(image.split(['-', ':']).nth(1).unwrap()) >= number(least), "{image}");
}
