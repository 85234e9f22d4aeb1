-- Reads records. Answers {epoch, last sequence of the log, now, entries of the stream, '' or '1'}; the newest ones come
-- backwards.
-- ARGV: 4 the epoch of the position to read after, empty for the newest records, 5 its sequence, 6 the most records,
-- 7 the most bytes of them, unless the first one alone has more, 8 the most bytes of that: if it has more, the last
-- element of the answer is '1', and there are no entries.
local state = redis.call('HMGET', meta, 'epoch', 'server', 'seq')
local epoch, head = state[1], tonumber(state[3] or '0')
-- A position beyond the head: the log lost its tail.
if state[2] ~= server or epoch == ARGV[4] and tonumber(ARGV[5]) > head then
  begin()
  epoch, head = ARGV[2], 0
end

local tooLong = ''
local function take(command, from, to)
  local taken, bytes, most, step = {}, 0, tonumber(ARGV[6]), 8
  while #taken < most do
    local asked = math.min(step, most - #taken)
    local part = redis.call(command, log, from, to, 'COUNT', asked)
    for i = 1, #part do
      bytes = bytes + #part[i][2][2]
      if #taken == 0 and bytes > tonumber(ARGV[8]) then
        tooLong = '1'
        return taken
      end
      if bytes > tonumber(ARGV[7]) and #taken > 0 then
        return taken
      end
      taken[#taken + 1] = part[i]
    end
    if #part < asked then
      return taken
    end
    from = '(' .. part[#part][1]
    -- In pieces, so that what is beyond the bytes is not read in vain.
    local room = (tonumber(ARGV[7]) - bytes) * #taken / math.max(1, bytes)
    step = math.min(step * 2, 512, math.max(1, math.floor(room)))
  end
  return taken
end

-- What is beyond the head is not ours: the next append finds it, and begins an epoch.
local entries, newest = {}, text(head) .. '-0'
if ARGV[4] == '' then
  entries = take('XREVRANGE', newest, '-')
elseif ARGV[4] ~= epoch then
  entries = take('XRANGE', '-', newest)
elseif tonumber(ARGV[5]) < head then
  entries = take('XRANGE', text(tonumber(ARGV[5]) + 1) .. '-0', newest)
end
keep(meta)
return {epoch, text(head), text(now), entries, tooLong}
