#!lua name=millrace_3

-- One append is one decision: all of its events, feed entries, receipts, private records and timers, or nothing.
-- Redis does not roll a function back, so everything is checked before the first write, or by it.
--
-- KEYS  streams, then feeds, then receipts, then records, then the timers where any change
-- ARGV  not_after (ms since 1970, 0: never too late), counts of streams, feeds, receipts, records and timers, then
--       per stream   id, expected version, which feed (from 1), number of events, and
--         per event  type, schema, at, actor, command, trace, data
--       per receipt  body (empty: look, but leave none), lifetime in ms
--       per record   number of fields (0: delete the record), and per field name, value
--       with timers  number that are set, and per timer name, due (ms since 1970), then number that are removed, and
--                    their names
--
-- Answers {"ok", last position of each feed, 0 where nothing was written…}, or what stands against it:
--   {"receipt", n, body…}      commands that were answered before
--   {"late", now}              not_after has passed
--   {"conflict", n, version…}  streams that are at another version than expected; 0 also when a stream ends with an
--                              entry that is none of ours, which whoever loads it will see

local EVENT = 7

-- The number in the last id that was ever given, even when that entry is deleted: XADD refuses ids up to it.
-- 0 when there is no such key, nil when it holds something else than ours.
local function last_number(key)
  local info = redis.pcall('XINFO', 'STREAM', key)
  if info.err then return string.find(info.err, 'no such key', 1, true) and 0 end
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return tonumber(string.match(info[i + 1], '^(%d+)%-0$')) end
  end
end

-- Whether a stream has this version as its newest entry: a third of the work of asking for its last number. Where its newest
-- entries were deleted by hand this says yes and XADD may still refuse, so it will do for what is not written, or first.
local function ends_with(key, version)
  if version == 0 then return redis.call('TYPE', key)['ok'] == 'none' end
  local id = string.format('%.0f-0', version)
  local newest = redis.pcall('XRANGE', key, id, '+', 'COUNT', 2)
  return not newest.err and #newest == 1 and newest[1][1] == id
end

-- Digits alone, and few enough that a Lua number holds them exactly.
local function whole(text, what)
  if not text or #text > 15 or not string.match(text, '^%d+$') then
    error({err = 'ERR ' .. what .. ' must be a whole number, not ' .. tostring(text)})
  end
  return tonumber(text)
end

local function append(keys, args)
  local not_after = whole(args[1], 'not_after')
  local streams, feeds = whole(args[2], 'streams'), whole(args[3], 'feeds')
  local receipts, records, timers = whole(args[4], 'receipts'), whole(args[5], 'records'), whole(args[6], 'timers')
  if timers > 1 or #keys ~= streams + feeds + receipts + records + timers then
    return redis.error_reply('ERR ' .. #keys .. ' keys do not match the counts')
  end

  -- A stream or a feed that is named twice would be counted on from the same number twice.
  local named = {}
  for n = 1, streams + feeds do
    if named[keys[n]] then return redis.error_reply('ERR ' .. keys[n] .. ' is named twice') end
    named[keys[n]] = true
  end

  -- Read the plan and what it rests on.
  local at = 7
  local plan, conflicts, written = {}, {'conflict'}, {}
  for n = 1, streams do
    local step = {key = keys[n], id = args[at], feed = whole(args[at + 2], 'feed'), count = whole(args[at + 3], 'events')}
    step.version = whole(args[at + 1], 'version')
    if step.feed < 1 or step.feed > feeds then return redis.error_reply('ERR no such feed') end
    local is_later_write = step.count > 0 and next(written)
    if is_later_write or not ends_with(step.key, step.version) then
      local version = last_number(step.key)
      if version ~= step.version then
        conflicts[#conflicts + 1] = n
        conflicts[#conflicts + 1] = version or 0
      end
    end
    if step.count > 0 then written[step.feed] = true end
    step.first = at + 4
    at = step.first + step.count * EVENT
    plan[n] = step
  end
  local positions = {}
  for n = 1, feeds do
    -- Looking is not cheap: a feed of what is only decided on is left alone.
    local feed = keys[streams + n]
    positions[n] = 0
    if written[n] then positions[n] = last_number(feed) end
    if not positions[n] then return redis.error_reply('ERR ' .. feed .. ' ends with a foreign entry') end
  end
  local answered, receipt_args = {'receipt'}, at
  for n = 1, receipts do
    local body = redis.call('GET', keys[streams + feeds + n])
    if body then
      answered[#answered + 1] = n
      answered[#answered + 1] = body
    end
    if whole(args[at + 1], 'lifetime') == 0 then return redis.error_reply('ERR a lifetime is at least 1 ms') end
    at = at + 2
  end
  local record_args = at
  for n = 1, records do
    local kind = redis.call('TYPE', keys[streams + feeds + receipts + n])['ok']
    if kind ~= 'none' and kind ~= 'hash' then return redis.error_reply('ERR a record must be a hash') end
    at = at + 1 + 2 * whole(args[at], 'fields')
  end
  local timer_args = at
  if timers == 1 then
    local kind = redis.call('TYPE', keys[#keys])['ok']
    if kind ~= 'none' and kind ~= 'zset' then return redis.error_reply('ERR timers must be a sorted set') end
    local set = whole(args[at], 'timers set')
    for n = 1, set do whole(args[at + n * 2], 'due') end
    at = at + 1 + 2 * set
    at = at + 1 + whole(args[at], 'timers removed')
  end
  if at ~= #args + 1 then return redis.error_reply('ERR ' .. #args .. ' arguments do not match the counts') end

  if #answered > 1 then return answered end
  if not_after > 0 then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    if now > not_after then return {'late', now} end
  end
  if #conflicts > 1 then return conflicts end

  -- Nothing can fail from here on but the first entry: see ends_with.
  local is_first = true
  for n, step in ipairs(plan) do
    local feed = keys[streams + step.feed]
    for e = 0, step.count - 1 do
      local i = step.first + e * EVENT
      local version = step.version + e + 1
      local position = positions[step.feed] + 1
      positions[step.feed] = position
      local add = is_first and redis.pcall or redis.call
      local added = add('XADD', step.key, version .. '-0', 'type', args[i], 'schema', args[i + 1],
        'at', args[i + 2], 'actor', args[i + 3], 'command', args[i + 4], 'trace', args[i + 5], 'data', args[i + 6])
      if type(added) == 'table' and added.err then
        local last = last_number(step.key)
        return last == step.version and added or {'conflict', n, last or 0}
      end
      is_first = false
      redis.call('XADD', feed, position .. '-0', 'id', step.id, 'version', version, 'type', args[i],
        'schema', args[i + 1], 'at', args[i + 2], 'actor', args[i + 3], 'command', args[i + 4],
        'trace', args[i + 5], 'data', args[i + 6])
    end
  end
  for n = 1, receipts do
    local i = receipt_args + (n - 1) * 2
    if args[i] ~= '' then redis.call('SET', keys[streams + feeds + n], args[i], 'PX', args[i + 1]) end
  end
  at = record_args
  for n = 1, records do
    local key, fields = keys[streams + feeds + receipts + n], tonumber(args[at])
    if fields == 0 then redis.call('DEL', key) end
    for f = 1, fields do redis.call('HSET', key, args[at + f * 2 - 1], args[at + f * 2]) end
    at = at + 1 + 2 * fields
  end
  if timers == 1 then
    local set = tonumber(args[timer_args])
    for n = 1, set do redis.call('ZADD', keys[#keys], args[timer_args + n * 2], args[timer_args + n * 2 - 1]) end
    for i = timer_args + 2 * set + 2, #args do redis.call('ZREM', keys[#keys], args[i]) end
  end
  table.insert(positions, 1, 'ok')
  return positions
end

redis.register_function('millrace_append_3', append)
