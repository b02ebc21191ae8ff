//! Projectors that are killed, paused and stopped all the time, while a rehearsal goes on.
//!
//! The same test runs for longer by `make chaos`: `MILLRACE_CHAOS_FAULTS` says how often something happens, and
//! `MILLRACE_CHAOS_HISTORY` names an order history to play instead of the small one.

use std::{
    env,
    path::Path,
    process::{Child, Command, Stdio},
};

use futures_util::future::join_all;
use millrace::rehearse::{Plan, Selection};
use nix::sys::signal::{Signal, kill};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sqlx::{Connection, PgConnection};

use crate::{
    crash::{begin_rehearsal, history, nothing_was_lost},
    running::{PATIENCE, Shop, pid},
};

/// Writes down every row of a read model that goes back to an earlier event, or contains one twice.
const AUDIT: &str = "
  create table public.regressions (what text);
  create function public.audit() returns trigger language plpgsql as $$ begin
    insert into public.regressions values (tg_table_schema || ': ' || old::text || ' -> ' || new::text);
    return new;
  end $$;
  create trigger audit before update on users_g1.applied for each row when (new.version <= old.version)
    execute function public.audit();
  create trigger audit before update on products_g1.applied for each row when (new.version <= old.version)
    execute function public.audit();
  create trigger audit before update on inventory_g1.applied for each row when (new.version <= old.version)
    execute function public.audit();
  create trigger audit before update on orders_g1.applied for each row when (new.version <= old.version)
    execute function public.audit()";

/// Units that are reserved although no order holds them, or the other way round.
const STRAY_RESERVATIONS: &str = "
  select count(*) from inventory.inventory i
  full join (select product_id, sum(quantity) as held from orders.order_lines l join orders.orders o on o.id = l.order_id
             where o.status in ('confirmed', 'paid') group by 1) h on h.product_id = i.id
  where coalesce(i.reserved, 0) <> coalesce(h.held, 0)";

/// One process of consumers.
struct Projectors(Child);

impl Projectors {
    async fn start(shop: &Shop) -> Self {
        let operations = format!("127.0.0.1:{}", test_kit::free_port());
        let mut command: Command = shop.command();
        command
            .args(["projectors", "--ops-listen", &operations])
            .env("MILLRACE_KEYS_DIR", shop.data_dir().join("keys"));
        command.env("REDIS_URL", shop.redis_url()).env("DATABASE_URL", shop.database_url());
        let process = Self(command.stdout(Stdio::null()).spawn().unwrap());
        // From then on it knows what to do when it is told to stop.
        let answers = async || reqwest::get(format!("http://{operations}/livez")).await.is_ok();
        test_kit::eventually("the process answers", PATIENCE, answers).await;
        process
    }

    fn signal(&self, signal: Signal) {
        kill(pid(&self.0), signal).unwrap();
    }

    /// Waits until others work on everything that this process worked on.
    async fn is_replaced(&self, sql: &mut PgConnection) {
        let owner = format!("{}-%", self.0.id());
        let replaced = async || {
            let left = "select count(*) from (select owner from users_g1.positions
                        union all select owner from products_g1.positions
                        union all select owner from inventory_g1.positions
                        union all select owner from orders_g1.positions
                        union all select owner from policies.positions) p where owner like $1";
            sqlx::query_scalar::<_, i64>(left).bind(&owner).fetch_one(&mut *sql).await.unwrap() == 0
        };
        test_kit::eventually("others have taken over", PATIENCE, replaced).await;
    }
}

impl Drop for Projectors {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Does something to one of the processes, and leaves as many as there were.
async fn disturb(random: &mut StdRng, shop: &Shop, processes: &mut [Projectors], sql: &mut PgConnection) {
    let which = random.random_range(0..processes.len());
    let process = &mut processes[which];
    match random.random_range(0..3) {
        0 => {
            process.signal(Signal::SIGKILL);
            process.0.wait().unwrap();
            process.is_replaced(sql).await;
            *process = Projectors::start(shop).await;
        }
        1 => {
            // Paused in the middle of whatever it does, for longer than its leases: it wakes up as nobody.
            process.signal(Signal::SIGSTOP);
            process.is_replaced(sql).await;
            process.signal(Signal::SIGCONT);
        }
        _ => {
            process.signal(Signal::SIGTERM);
            assert!(process.0.wait().unwrap().success(), "projectors stop in order");
            *process = Projectors::start(shop).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_reservations_are_right_whatever_happens_to_three_processes() {
    let number = |name| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (faults, seed) = (number("MILLRACE_CHAOS_FAULTS").unwrap_or(5), number("MILLRACE_CHAOS_SEED"));
    let seed = seed.unwrap_or_else(rand::random);
    println!("MILLRACE_CHAOS_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);

    let demo = ("MILLRACE_DEMO", "true".to_owned());
    let mut shop = Shop::with(vec![demo, ("MILLRACE_WITHOUT_PROJECTORS", "true".to_owned())]);
    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    sqlx::raw_sql(AUDIT).execute(&mut sql).await.unwrap();
    let mut processes = join_all((0..3).map(|_| Projectors::start(&shop))).await;

    let plan = match env::var("MILLRACE_CHAOS_HISTORY").as_deref() {
        Ok("") | Err(_) => history(100 * faults as usize),
        Ok(file) => Plan::open(Path::new(file), &Selection::default()).unwrap(),
    };
    let rehearsal = begin_rehearsal(&shop, plan);
    let mut happened = 0;
    while happened < faults && !rehearsal.is_finished() {
        disturb(&mut random, &shop, &mut processes, &mut sql).await;
        happened += 1;
    }
    println!("{happened} faults while orders came in");
    assert!(happened >= faults.min(3), "the rehearsal was over before anything had happened");
    nothing_was_lost(&shop, rehearsal).await;

    let regressions: Vec<String> =
        sqlx::query_scalar("select what from public.regressions").fetch_all(&mut sql).await.unwrap();
    assert_eq!(regressions, [""; 0]);
    let stray: i64 = sqlx::query_scalar(STRAY_RESERVATIONS).fetch_one(&mut sql).await.unwrap();
    assert_eq!(stray, 0);
    assert_eq!(projectors::held(&mut sql).await.unwrap().len(), 0);
    drop(processes);
    shop.stop();
}
