-- Appends all records or none. Answers {'ok', epoch, now, last sequence}, the same again for the producer's last
-- number,
-- {'stale', epoch, now} in another epoch, {'old', …} for a number before the producer's last.
-- ARGV: 4 the epoch, 5 the producer, 6 its number, 7 the server's time before the number was first tried, 8 how long
-- producers are remembered (ms), 9 the most records kept, 10 and 11 a sixteenth of the bytes and of the age (ms) kept,
-- 12 the most bytes that are pushed to the nodes, 13 and on the records.
local epoch, producer, number = ARGV[4], ARGV[5], tonumber(ARGV[6])
local forget = tonumber(ARGV[8])
local state = redis.call('HMGET', meta, 'epoch', 'server', 'seq', 'bytes', 'sizes', 'times', 'p:' .. producer)
if state[2] ~= server then
  begin()
  return {'stale', ARGV[2], text(now)}
end
if state[1] ~= epoch then
  return {'stale', state[1], text(now)}
end
if state[7] then
  local last, sequence = string.match(state[7], '^(%d+) (%d+)')
  if number == tonumber(last) then
    return {'ok', epoch, text(now), sequence}
  end
  if number < tonumber(last) then
    return {'old', epoch, text(now)}
  end
  if number ~= tonumber(last) + 1 then
    return redis.error_reply('SKIPPED producer ' .. producer .. ' is at ' .. last .. ', not before ' .. ARGV[6])
  end
elseif now - tonumber(ARGV[7]) > forget then
  -- It may have been appended and forgotten since: that cannot be told any more. What was first tried less than that
  -- ago would be remembered, so it is new, whatever the producer did before.
  begin()
  return {'stale', ARGV[2], text(now)}
end

local first = tonumber(state[3]) + 1
local last = tonumber(state[3])
local before = tonumber(state[4])
local bytes = before
local lengths = {}
local stamp = producer .. ' ' .. ARGV[6] .. ' '
local tail = ' ' .. text(now)
for i = 13, #ARGV do
  last = last + 1
  bytes = bytes + #ARGV[i]
  lengths[i - 12] = #ARGV[i]
  local added
  if i == #ARGV then
    added = redis.pcall('XADD', log, 'MAXLEN', '~', ARGV[9], text(last) .. '-0', 'm', ARGV[i],
      'a', stamp .. (i - 13) .. tail)
  else
    added = redis.pcall('XADD', log, text(last) .. '-0', 'm', ARGV[i], 'a', stamp .. (i - 13) .. tail)
  end
  if type(added) == 'table' and added.err then
    if i == 13 and string.find(added.err, 'equal or smaller', 1, true) then -- the stream is ahead of its state
      begin()
      return {'stale', ARGV[2], text(now)}
    end
    return added
  end
end

-- A list of marks "<bucket>:<sequence>", where that many sixteenths had passed behind the sequence; and the sequence up
-- to which
-- everything is older than sixteen of them.
local function marked(list, bucket, sequence)
  local kept, old = {}, 0
  for at, mark in string.gmatch(list or '', '(%d+):(%d+)') do
    if tonumber(at) < bucket - 16 then
      old = tonumber(mark)
    else
      kept[#kept + 1] = at .. ':' .. mark
    end
  end
  kept[#kept + 1] = text(bucket) .. ':' .. text(sequence)
  if old > 0 then
    redis.call('XTRIM', log, 'MINID', '~', text(old + 1) .. '-0')
  end
  return table.concat(kept, ' ')
end

redis.call('HSET', meta, 'seq', text(last), 'bytes', text(bytes), 'p:' .. producer,
  ARGV[6] .. ' ' .. text(last) .. ' ' .. text(now))
local size = math.floor(bytes / tonumber(ARGV[10]))
if size ~= math.floor(before / tonumber(ARGV[10])) then
  redis.call('HSET', meta, 'sizes', marked(state[5], size, last))
end
local age = math.floor(now / tonumber(ARGV[11]))
if age ~= tonumber(string.match(state[6] or '', '(%d+):%d+$')) then
  redis.call('HSET', meta, 'times', marked(state[6], age, first - 1))
end
if not state[7] and redis.call('HLEN', meta) > 40 then -- a new producer: forget those that are gone
  local all = redis.call('HGETALL', meta)
  for i = 1, #all, 2 do
    local used = string.sub(all[i], 1, 2) == 'p:' and string.match(all[i + 1], '(%d+)$')
    if used and now - tonumber(used) > forget then
      redis.call('HDEL', meta, all[i])
    end
  end
end
keep(log)
local head = epoch .. ' ' .. text(first) .. ' ' .. text(now) .. ' ' .. producer .. ' ' .. ARGV[6] .. ' '
if bytes - before <= tonumber(ARGV[12]) then
  redis.call('PUBLISH', ARGV[1], head .. table.concat(lengths, ',') .. '\n' .. table.concat(ARGV, '', 13))
else
  redis.call('PUBLISH', ARGV[1], epoch .. ' ' .. text(last) .. ' ' .. text(now) .. ' - 0 -\n')
end
return {'ok', epoch, text(now), text(last)}
