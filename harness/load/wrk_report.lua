-- What wrk measured, as one JSON object in the file named by INTERLEAVE_WRK_REPORT. Runs inside wrk (-s); parameters
-- come by the environment, because done() runs in wrk's main Lua state and sees nothing of the threads' states.
--
-- The histogram is exported as wrk holds it: rewritten by stats_correct (phantom samples added). The harness undoes
-- that and proves it (harness/load/wrk_recovery.hpp). latency(i) is the i-th non-empty bin: (microseconds, count). Each
-- call scans the bins from the smallest latency on, so the whole export costs bins x range / 2 steps; above
-- INTERLEAVE_WRK_MAX_STEPS it is left out ("histogram": null), which the harness reports.

local function number(value)
  return string.format("%.17g", value)
end

local function pairs_of(latency)
  local limit = tonumber(os.getenv("INTERLEAVE_WRK_MAX_STEPS")) or 1e10
  local bins = #latency
  local range = latency.max - latency.min + 1
  if bins > 0 and bins * range / 2 > limit then return "null" end
  local parts = {}
  for i = 1, bins do
    local value, count = latency(i)
    parts[i] = string.format("[%d,%d]", value, count)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

-- wrk leaves min at its largest value and max at 0 if there was no reply; #latency is then 0.
local function reported(latency)
  if #latency == 0 then return "null" end
  return string.format(
    '{"min_us":%s,"max_us":%s,"mean_us":%s,"stdev_us":%s,"p50_us":%s,"p90_us":%s,"p99_us":%s,"p999_us":%s}',
    number(latency.min), number(latency.max), number(latency.mean), number(latency.stdev),
    number(latency:percentile(50)), number(latency:percentile(90)),
    number(latency:percentile(99)), number(latency:percentile(99.9)))
end

-- Several routes: INTERLEAVE_WRK_ROUTES holds a line "weight target" for each. Every thread walks round a table of
-- requests formatted beforehand, in which each route has its exact share, in an order shuffled with a seed of the
-- thread's own. Without it there is no request() at all, and wrk sends one fixed request at no cost in Lua.
local kSequence = 8192
local threads = {}

local function shares_of(routes, total)
  local given, rest = 0, {}
  for i, route in ipairs(routes) do
    local exact = kSequence * route.weight / total
    route.share = math.floor(exact)
    given = given + route.share
    rest[i] = { route = route, fraction = exact - route.share, place = i }
  end
  table.sort(rest, function(a, b)
    if a.fraction ~= b.fraction then return a.fraction > b.fraction end
    return a.place < b.place
  end)
  for i = 1, kSequence - given do rest[i].route.share = rest[i].route.share + 1 end
end

local function read_routes(text)
  local routes, total = {}, 0
  for weight, target in text:gmatch("(%S+) (%S+)\n") do
    routes[#routes + 1] = { weight = tonumber(weight), target = target }
    total = total + tonumber(weight)
  end
  shares_of(routes, total)
  return routes
end

local function shuffled_sequence(routes, seed)
  local sequence = {}
  for i, route in ipairs(routes) do
    for _ = 1, route.share do sequence[#sequence + 1] = i end
  end
  math.randomseed(seed)
  for i = #sequence, 2, -1 do
    local j = math.random(i)
    sequence[i], sequence[j] = sequence[j], sequence[i]
  end
  return sequence
end

local route_text = os.getenv("INTERLEAVE_WRK_ROUTES")
if route_text then
  local routes = read_routes(route_text)
  local formatted, sequence, place = {}, {}, 0

  function setup(thread)
    thread:set("thread_index", #threads)
    threads[#threads + 1] = thread
  end

  function init()
    local seed = tonumber(os.getenv("INTERLEAVE_WRK_SEED")) or 1
    sequence = shuffled_sequence(routes, seed + thread_index)
    begun = {}
    for i, route in ipairs(routes) do
      formatted[i] = wrk.format("GET", route.target)
      begun[i] = 0
    end
    -- wrk calls the first thread's request() once more than it sends: it parses that request before the run.
    if thread_index == 0 then
      place = -1
      begun[sequence[kSequence]] = -1
    end
  end

  function request()
    place = place + 1
    local route = sequence[(place - 1) % kSequence + 1]
    begun[route] = begun[route] + 1
    return formatted[route]
  end
end

-- Requests begun on each route, over all threads, in the order of the routes.
local function routes_json()
  if not route_text then return "" end
  local sums = {}
  for _, thread in ipairs(threads) do
    for i, count in ipairs(thread:get("begun")) do sums[i] = (sums[i] or 0) + count end
  end
  for i, sum in ipairs(sums) do sums[i] = string.format("%d", sum) end
  return '"routes":[' .. table.concat(sums, ",") .. "],"
end

function done(summary, latency, requests)
  local errors = summary.errors
  local path = os.getenv("INTERLEAVE_WRK_REPORT")
  local file = assert(io.open(path, "w"))
  file:write(string.format('{"requests":%d,"duration_us":%d,"bytes":%d,', summary.requests, summary.duration, summary.bytes))
  file:write(string.format('"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d},',
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
  file:write(routes_json(), '"reported":', reported(latency), ',"histogram":', pairs_of(latency), "}\n")
  assert(file:close())
end
