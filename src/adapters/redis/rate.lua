-- Take from every window of a caller, or from none. `acquire` is the script of the library limits:
-- see rate_limiter.py.
-- KEYS: what was taken of each window, the latest first. ARGV: cost, what of a repetition is taken
--       beside it; then for each window: amount, seconds.
-- Returns: for each window, how much of it is taken, ms until the oldest of that leaves it, and ms
--          until there is room, or 0.
local cost, later = tonumber(ARGV[1]), tonumber(ARGV[2])
local present = string.format('%.6f', now_us / 1000000)

local function window(n)
  return tonumber(ARGV[2 * n + 1]), tonumber(ARGV[2 * n + 2])
end

-- Whether the oldest but some has left the window.
local function has_left(n, some)
  local _, seconds = window(n)
  local at = redis.call('LINDEX', KEYS[n], -1 - some)
  return at and tonumber(at) < present - seconds
end

-- How many have left it. In steps that grow from the oldest on, because mostly it is one or none,
-- and a search through all would take a step for each time that they can be halved.
local function gone(n)
  local least, most = 0, 1
  while has_left(n, most - 1) do least, most = most, 2 * most end
  while most - least > 1 do
    local middle = math.floor((least + most) / 2)
    if has_left(n, middle - 1) then least = middle else most = middle end
  end
  return least
end

local function taken(n)
  local left = gone(n)
  if left > 0 then redis.call('LTRIM', KEYS[n], 0, -1 - left) end
  return redis.call('LLEN', KEYS[n])
end

local function left_of(n, place)
  local _, seconds = window(n)
  local at = redis.call('LINDEX', KEYS[n], place)
  if not at then return 0 end
  -- A thousandth less, as what is left of seconds since 1970 is rounded to about that.
  local left = (tonumber(at) + seconds) * 1000 - now_us / 1000
  return math.max(1, math.ceil(left - 0.001))
end

local fits, used = true, {}
for n = 1, #KEYS do
  used[n] = taken(n)
  if used[n] + cost > window(n) then fits = false end
end

local answers = {}
for n = 1, #KEYS do
  local amount, seconds = window(n)
  local pause = 0
  if fits then
    acquire({KEYS[n]}, {present, amount, seconds, cost})
    used[n] = used[n] + cost
  elseif used[n] + cost > amount then
    pause = left_of(n, amount - cost - later)
  end
  answers[n] = {used[n], used[n] > 0 and left_of(n, used[n] - 1) or 0, pause}
end
return answers
