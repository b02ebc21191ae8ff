//! Which slot a command is about, and who has which slots.

use redis::{Arg, Cmd};

/// How many slots a cluster has.
pub(crate) const SLOTS: usize = 16_384;

/// The slot of a key: that of the part in braces, where there is one.
pub(crate) fn of_key(key: &[u8]) -> u16 {
    let tag = key.iter().position(|byte| *byte == b'{').and_then(|open| {
        let rest = &key[open + 1..];
        rest.iter().position(|byte| *byte == b'}').filter(|length| *length > 0).map(|length| &rest[..length])
    });
    crc16(tag.unwrap_or(key)) % SLOTS as u16
}

/// The slot of a command's first key. All keys of a command have to be in one slot.
pub(crate) fn of_command(command: &Cmd) -> Option<u16> {
    let argument = |place| match command.args_iter().nth(place) {
        Some(Arg::Simple(bytes)) => Some(bytes),
        Some(_) | None => None,
    };
    let key = match &argument(0)?.to_ascii_uppercase()[..] {
        b"EVAL" | b"EVALSHA" | b"FCALL" => argument(3),
        b"XGROUP" | b"XINFO" => argument(2),
        b"XREAD" | b"XREADGROUP" => {
            let streams =
                |argument: &Arg<&[u8]>| matches!(argument, Arg::Simple(word) if word.eq_ignore_ascii_case(b"STREAMS"));
            argument(command.args_iter().position(|argument| streams(&argument))? + 1)
        }
        _ => argument(1),
    };
    key.map(of_key)
}

/// CRC-16/XMODEM, as the specification of Redis Cluster demands.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc: u16, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    })
}

/// A line of `CLUSTER NODES`, of a master.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Master<'a> {
    pub(crate) id: &'a str,
    /// Empty where the node does not know its own.
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// From and to, both of them included.
    pub(crate) slots: Vec<(u16, u16)>,
}

/// The masters among the nodes that a node knows. One that is thought to be gone counts only where slots are its own.
pub(crate) fn masters(nodes: &str) -> impl Iterator<Item = Master<'_>> {
    nodes.lines().filter_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let (id, address, flags, ranges) = (*words.first()?, *words.get(1)?, *words.get(2)?, words.get(8..)?);
        let has = |flag| flags.split(',').any(|known| known == flag);
        let (endpoint, bus) = address.split_once('@')?;
        let (ip, port) = endpoint.rsplit_once(':')?;
        // Since Redis 7 a name that the node goes by may follow.
        let host = bus.split(',').nth(1).filter(|name| !name.is_empty() && !name.contains('=')).unwrap_or(ip);
        let slots: Vec<_> = ranges.iter().filter_map(|range| slot_range(range)).collect();
        let is_gone = has("noaddr") || has("handshake") || (has("fail") && slots.is_empty());
        (has("master") && !is_gone).then_some(Master { id, host, port: port.parse().ok()?, slots })
    })
}

/// `0-5460` or `5461`; none for a slot that is on its way.
fn slot_range(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to && usize::from(to) < SLOTS).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_that_redis_says() {
        // As CLUSTER KEYSLOT has them.
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(of_key(b"foo"), 12_182);
        assert_eq!(of_key(b"feed:order:{b}"), of_key(b"b"));
        assert_eq!(of_key(b"{}foo"), crc16(b"{}foo") % SLOTS as u16);
        assert_eq!(of_key(b"a{b}{c}"), of_key(b"b"));
    }

    #[test]
    fn a_command_goes_where_its_first_key_is() {
        let slot = |words: &[&str]| {
            let mut command = Cmd::new();
            command.arg(words);
            of_command(&command)
        };
        let b = Some(of_key(b"b"));
        assert_eq!(slot(&["GET", "{b}"]), b);
        assert_eq!(slot(&["fcall", "append", "2", "x{b}", "y{b}"]), b);
        assert_eq!(slot(&["XINFO", "STREAM", "{b}"]), b);
        assert_eq!(slot(&["XREADGROUP", "GROUP", "g", "c", "STREAMS", "feed:{b}", ">"]), b);
        assert_eq!(slot(&["PING"]), None);
    }

    #[test]
    fn masters_are_read_off_what_a_node_says() {
        let said = "\
07c3 127.0.0.1:30004@31004,,shard-id=69bc slave e7d1 0 1426238317239 4 connected
67ed 127.0.0.1:30002@31002,two.example,shard-id=114f master - 0 1426238316232 2 connected 5461-10922
2923 :30003@31003 myself,master - 0 1426238318243 3 connected 10923-16382 16383 [93->-67ed]
6ec2 ::1:30005@31005 master,fail - 0 1426238316232 5 connected
824f 127.0.0.1:30006@31006 master,fail? - 0 1426238316232 6 connected
";
        let expected = [
            Master { id: "67ed", host: "two.example", port: 30002, slots: vec![(5461, 10922)] },
            Master { id: "2923", host: "", port: 30003, slots: vec![(10923, 16382), (16383, 16383)] },
            Master { id: "824f", host: "127.0.0.1", port: 30006, slots: vec![] },
        ];
        assert_eq!(masters(said).collect::<Vec<_>>(), expected);
    }
}
