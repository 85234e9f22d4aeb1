-- What both scripts begin with. KEYS: 1 the hash of the log's state, 2 the stream of its records.
-- ARGV: 1 the channel of the log, 2 the epoch to begin if a new one is due, 3 how long the keys outlive their last use
-- (ms).
--
-- The state: epoch; server, the id of the replication history in which the epoch began; seq, the last sequence;
-- bytes, of all records of the epoch; sizes and times, marks for trimming; p:<producer>, "<number> <sequence> <time>".
--
-- A Redis server takes a new replication id (master_replid) whenever it starts as a master and whenever it is promoted.
-- So an epoch whose server is not this one may have lost what was appended last: it is not continued. The id is read in
-- the same atomic step in which the log is read or appended to, so there is no moment between the check and the use.
local meta, log = KEYS[1], KEYS[2]
local info = redis.call('INFO', 'replication')
if not string.find(info, 'role:master', 1, true) then
  return redis.error_reply('READONLY this server is a replica')
end
local server = string.match(info, 'master_replid:(%w+)')
if not server then
  return redis.error_reply('ERR INFO replication names no master_replid')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = tonumber(ARGV[3])

local function text(number)
  return string.format('%.0f', number)
end

-- Begins the epoch ARGV[2] with an empty log, and tells the nodes.
local function begin()
  redis.call('UNLINK', meta, log)
  redis.call('HSET', meta, 'epoch', ARGV[2], 'server', server, 'seq', '0', 'bytes', '0')
  redis.call('PEXPIRE', meta, expiry)
  redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' 0 ' .. text(now) .. ' - 0 -\n')
end

-- Renews the expiry of both keys if it is due by that of one of them, so that not every call writes.
local function keep(key)
  if redis.call('PTTL', key) < expiry * 0.75 then
    redis.call('PEXPIRE', meta, expiry)
    redis.call('PEXPIRE', log, expiry)
  end
end
