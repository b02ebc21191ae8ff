//! One account's way into a running shop, over HTTP: cookies, and patience with a shop that is busy or away.
//!
//! The cookies are kept by hand. They are `Secure`, as they must be, and a cookie store would refuse to send them to a
//! shop on this machine that speaks plain HTTP.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use reqwest::{
    Method, StatusCode, Url,
    header::{ACCEPT, COOKIE, HeaderMap, RETRY_AFTER, SET_COOKIE},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::contract::{Inbox, LoggedIn, Mail, User};

/// How long one try may take before its answer counts as lost.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The most a shop may ask us to wait by `Retry-After`.
const LONGEST_WISH: Duration = Duration::from_secs(10);

/// A running shop, as everybody in the rehearsal reaches it.
pub(super) struct Endpoint {
    http: reqwest::Client,
    url: String,
    patience: Duration,
    retried: AtomicU64,
}

impl Endpoint {
    /// Finds out whether anything answers there at all, so that a wrong address is told at once.
    pub(super) async fn reach(url: &Url, patience: Duration) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build()?;
        let endpoint =
            Self { http, url: url.as_str().trim_end_matches('/').to_owned(), patience, retried: AtomicU64::new(0) };
        let any = Request::get("/api/products?limit=1");
        if let Err(Lost(reason)) = endpoint.attempt(&any, &mut Cookies::default()).await {
            bail!("no shop answers at {url} ({reason}); `millrace up` starts one, --url names another");
        }
        Ok(endpoint)
    }

    /// How many requests had to be sent again.
    pub(super) fn retried(&self) -> u64 {
        self.retried.load(Ordering::Relaxed)
    }

    /// How long to wait for what should happen.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Sends a request until it is answered with something other than "later".
    async fn persist(&self, request: &Request, cookies: &Mutex<Cookies>) -> anyhow::Result<Answer> {
        let deadline = Instant::now() + self.patience;
        let mut tries = 0;
        loop {
            let mut held = lock(cookies).clone();
            let (reason, wish) = match self.attempt(request, &mut held).await {
                Ok(answer) if answer.asks_for_another_try(request, tries) => (answer.complaint(), answer.retry_after),
                Ok(answer) => {
                    if answer.sets_cookies {
                        *lock(cookies) = held;
                    }
                    return Ok(Answer { tries, ..answer });
                }
                Err(Lost(reason)) => (reason, None),
            };
            let pause = pause(tries, wish);
            if Instant::now() + pause >= deadline {
                let waited = self.patience.as_secs();
                bail!("{} {} was not answered within {waited} s: {reason}", request.method, request.path);
            }
            tokio::time::sleep(pause).await;
            tries += 1;
            self.retried.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn attempt(&self, request: &Request, cookies: &mut Cookies) -> Result<Answer, Lost> {
        let mut sent = self.http.request(request.method.clone(), format!("{}{}", self.url, request.path));
        if request.method != Method::GET {
            sent = sent.header("X-Requested-With", "millrace rehearse");
        }
        sent = sent.header(ACCEPT, "application/json");
        if let Some(header) = cookies.header() {
            sent = sent.header(COOKIE, header);
        }
        if let Some(key) = &request.key {
            sent = sent.header("Idempotency-Key", key);
        }
        if let Some(body) = &request.body {
            sent = sent.json(body);
        }
        let response = sent.send().await?;
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let sets_cookies = cookies.absorb(response.headers());
        let body = response.text().await?;
        Ok(Answer { status, body, sets_cookies, retry_after: retry_after.map(Duration::from_secs), tries: 0 })
    }
}

/// The connection broke, or the answer took too long: nobody knows whether it was done.
struct Lost(String);

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        Self(format!("{:#}", anyhow::Error::from(error)))
    }
}

/// One request, to be sent as often as it takes.
pub(super) struct Request {
    method: Method,
    path: String,
    key: Option<String>,
    body: Option<Value>,
}

impl Request {
    /// Asks for something.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), key: None, body: None }
    }

    /// Wants something done.
    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), key: None, body: Some(body) }
    }

    /// Wants something done that needs no more words.
    pub(super) fn act(path: impl Into<String>) -> Self {
        Self { body: None, ..Self::post(path, Value::Null) }
    }

    /// Wants it done once, however often it is sent.
    pub(super) fn once(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }
}

/// What came back.
pub(super) struct Answer {
    status: StatusCode,
    body: String,
    sets_cookies: bool,
    retry_after: Option<Duration>,
    tries: u32,
}

impl Answer {
    /// Whether there is no such thing, yet.
    pub(super) fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Insists on a status.
    pub(super) fn expecting(self, status: StatusCode) -> anyhow::Result<Self> {
        if self.status != status {
            bail!("answered {} instead of {}", self.complaint(), status.as_u16());
        }
        Ok(self)
    }

    /// Reads the body.
    pub(super) fn read<T: DeserializeOwned>(self) -> anyhow::Result<T> {
        serde_json::from_str(&self.body)
            .with_context(|| format!("an answer that the contract does not know: {}", self.body))
    }

    /// Busy, too fast, a gateway whose service is away; or a key whose first use, lost to us, is still under way.
    fn asks_for_another_try(&self, request: &Request, tries: u32) -> bool {
        match self.status.as_u16() {
            429 | 502 | 503 | 504 => true,
            409 => request.key.is_some() && tries > 0,
            _ => false,
        }
    }

    fn complaint(&self) -> String {
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let said = |member: &str| problem[member].as_str().map(|text| format!(", {text}")).unwrap_or_default();
        format!("{}{}{}", self.status, said("code"), said("detail"))
    }
}

/// As long as the shop wishes, else longer each time; never the same for everybody, who would all come back at once.
fn pause(tries: u32, wish: Option<Duration>) -> Duration {
    let longest = match wish {
        Some(wish) => return wish.min(LONGEST_WISH) + FIRST_PAUSE.mul_f64(rand::random_range(0.0..1.0)),
        None => FIRST_PAUSE.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE),
    };
    longest.mul_f64(rand::random_range(0.5..1.0))
}

/// The cookies of one session, by name.
#[derive(Clone, Default, PartialEq)]
struct Cookies(BTreeMap<String, String>);

impl Cookies {
    fn header(&self) -> Option<String> {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Takes over the session's cookies and says whether there were any. The others are conveniences for browsers, and
    /// one of them would make our reads wait for our own writes, which is what we are here to measure.
    fn absorb(&mut self, headers: &HeaderMap) -> bool {
        let mut any = false;
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
            if !name.starts_with("__Host-") {
                continue;
            }
            any = true;
            if value.is_empty() {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
        any
    }
}

fn lock(cookies: &Mutex<Cookies>) -> std::sync::MutexGuard<'_, Cookies> {
    cookies.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who signs up. The password never leaves this value but in a request.
pub(super) struct Account {
    /// Unique in the shop.
    pub(super) username: String,
    /// Unique in the shop.
    pub(super) email: String,
    /// Good for one rehearsal.
    pub(super) password: String,
}

/// An account that is logged in, and logs in again when it has to.
pub(super) struct Session<'a> {
    endpoint: &'a Endpoint,
    account: Account,
    cookies: Mutex<Cookies>,
    /// Held while the session is renewed: a refresh token is good for one use.
    renewing: tokio::sync::Mutex<()>,
}

impl<'a> Session<'a> {
    /// Signs up and logs in.
    pub(super) async fn sign_up(endpoint: &'a Endpoint, account: Account) -> anyhow::Result<Self> {
        let session = Self { endpoint, account, cookies: Mutex::default(), renewing: tokio::sync::Mutex::default() };
        let Account { username, email, password } = &session.account;
        let body = json!({ "email": email, "username": username, "password": password });
        let answer = endpoint.persist(&Request::post("/api/auth/signup", body), &session.cookies).await?;
        // Sent again, it finds the name taken by ourselves; logging in settles it.
        let taken_by_us = answer.tries > 0 && answer.status == StatusCode::UNPROCESSABLE_ENTITY;
        if !taken_by_us {
            answer.expecting(StatusCode::ACCEPTED).context("signing up")?;
        }
        if !session.log_in().await?.email_verified {
            session.open_link().await?;
        }
        Ok(session)
    }

    /// Opens the link of the mail that a demo shop shows, which proves the address.
    async fn open_link(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + self.endpoint.patience;
        let inbox = Request::get(format!("/dev/mail?to={}", self.account.email));
        let mut tries = 0;
        let token = loop {
            let answer = self.endpoint.persist(&inbox, &self.cookies).await?;
            if answer.is_missing() {
                bail!("this shop sends its mails, and a rehearsal can open no link in them: it needs a demo shop");
            }
            let Inbox { items } = answer.expecting(StatusCode::OK).context("reading mail")?.read()?;
            if let Some(token) = items.into_iter().find_map(Mail::token) {
                break token;
            }
            if Instant::now() >= deadline {
                bail!("no mail has come that would prove an address: are the shop's consumers running?");
            }
            tokio::time::sleep(pause(tries, None)).await;
            tries += 1;
        };
        let proof = Request::post("/api/auth/verify-email", json!({ "token": token }));
        let answer = self.endpoint.persist(&proof, &self.cookies).await?;
        // Sent again, it finds the link used by ourselves.
        match answer.tries > 0 && answer.status == StatusCode::GONE {
            true => Ok(()),
            false => answer.expecting(StatusCode::NO_CONTENT).context("proving an address").map(drop),
        }
    }

    /// Sends a request as this account.
    ///
    /// # Errors
    /// When nobody answers it for as long as our patience lasts.
    pub(super) async fn call(&self, request: &Request) -> anyhow::Result<Answer> {
        let used = lock(&self.cookies).clone();
        let answer = self.endpoint.persist(request, &self.cookies).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        self.renew(&used).await?;
        self.endpoint.persist(request, &self.cookies).await
    }

    async fn renew(&self, used: &Cookies) -> anyhow::Result<()> {
        let _turn = self.renewing.lock().await;
        if *lock(&self.cookies) != *used {
            return Ok(());
        }
        match self.endpoint.persist(&Request::act("/api/auth/refresh"), &self.cookies).await?.status {
            StatusCode::NO_CONTENT => Ok(()),
            _ => self.log_in().await.map(drop),
        }
    }

    async fn log_in(&self) -> anyhow::Result<User> {
        *lock(&self.cookies) = Cookies::default();
        let Account { email, password, .. } = &self.account;
        let request = Request::post("/api/auth/login", json!({ "email": email, "password": password }));
        let answer = self.endpoint.persist(&request, &self.cookies).await?;
        let LoggedIn { user } = answer.expecting(StatusCode::OK).context("logging in")?.read()?;
        Ok(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_as_long_as_the_shop_wishes_within_reason() {
        assert!(pause(0, Some(Duration::from_secs(3))) >= Duration::from_secs(3));
        assert!(pause(0, Some(Duration::from_secs(3600))) <= LONGEST_WISH + FIRST_PAUSE);
    }

    #[test]
    fn waits_longer_each_time_up_to_a_bound() {
        assert!(pause(0, None) <= FIRST_PAUSE);
        assert!(pause(4, None) >= FIRST_PAUSE * 8);
        assert!(pause(u32::MAX, None) <= LONGEST_PAUSE);
    }

    #[test]
    fn keeps_the_cookies_of_the_session_alone() {
        let mut headers = HeaderMap::new();
        for line in ["__Host-access=a.b=; Secure; Path=/", "__Host-refresh=r; HttpOnly", "consistency=x; Max-Age=30"] {
            headers.append(SET_COOKIE, line.parse().unwrap());
        }
        let mut cookies = Cookies::default();
        assert!(cookies.absorb(&headers));
        assert_eq!(cookies.header().as_deref(), Some("__Host-access=a.b=; __Host-refresh=r"));
    }

    #[test]
    fn forgets_a_cookie_that_is_cleared() {
        let mut cookies = Cookies(BTreeMap::from([("__Host-access".to_owned(), "a".to_owned())]));
        let headers = HeaderMap::from_iter([(SET_COOKIE, "__Host-access=; Max-Age=0".parse().unwrap())]);
        assert!(cookies.absorb(&headers));
        assert_eq!(cookies.header(), None);
    }
}
