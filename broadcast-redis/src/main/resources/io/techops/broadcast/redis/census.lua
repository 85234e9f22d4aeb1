-- Notes how many peers a node has on a log, and answers {other nodes, their peers, now}.
-- KEYS: 1 a hash with a field for each node: "<peers> <until when that counts>".
-- ARGV: 1 the node, 2 its peers, empty if it leaves, 3 how long that counts (ms).
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number)
  return string.format('%.0f', number)
end
local nodes, peers = 0, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local count, till = string.match(all[i + 1], '^(%d+) (%d+)$')
  if not till or tonumber(till) < now then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= ARGV[1] then
    nodes, peers = nodes + 1, peers + tonumber(count)
  end
end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. text(now + tonumber(ARGV[3])))
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
  end
end
return {text(nodes), text(peers), text(now)}
