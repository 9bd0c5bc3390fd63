// The only file of the generator that knows CLI11.
#include "harness/load/generator/load_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include <CLI/CLI.hpp>

#include "core/base/error.hpp"
#include "core/base/read_file.hpp"
#include "core/base/units.hpp"
#include "core/base/version.hpp"
#include "core/workload/load_workload.hpp"
#include "harness/load/generator/arrivals_text.hpp"
#include "harness/load/generator/sources.hpp"

namespace interleave {
namespace {

constexpr const char* kAbout =
    "Load for any HTTP/1.1 server. Open loop (--rate): requests come when they come, whatever the server does, and\n"
    "latency counts from the time a request was meant to be sent. Closed loop (--closed): each connection sends its\n"
    "next request when its reply has come.";

constexpr const char* kFooter =
    "Examples:\n"
    "  interleave-load http://127.0.0.1:8080/ --rate 1000 --connections 64 --duration 10s\n"
    "  interleave-load http://127.0.0.1:8080/ --closed --connections 256 --json result.json\n"
    "  interleave-load http://127.0.0.1:8080/search --rate 200 --arrival constant --header 'Accept: text/html'\n"
    "  interleave-load http://127.0.0.1:8080 --rate 500 --workload workloads/mixed.toml --ids query\n"
    "  interleave-load http://127.0.0.1:8080/ --arrival ramp:100:5000 --duration 30s --timeline seconds.csv\n"
    "  interleave-load http://127.0.0.1:8080/ --rate 1000 --search 'p99<50ms' --duration 3s\n\n"
    "Every scheduled request is accounted for: scheduled = ok + http_error + connect_error + reset + timeout + shed "
    "+\n"
    "censored. Times have a unit: 500us, 20ms, 10s, 1min. Ctrl-C ends a run early, with a result.\n"
    "Exit codes: 0 ok, 1 failed (also: no request succeeded), 2 usage, 130 interrupted.";

// Option values that are checked and converted after parsing.
struct Texts {
  std::string url;
  double rate = 0;
  std::string seed = "1";
  std::string arrival = "poisson";
  std::string duration = "10s";
  std::string warmup = "2s";
  std::string deadline = "30s";
  std::string drain = "5s";
  std::string think = "0s";
  std::string workload;
  std::string body_file;
  std::string search;
  std::vector<std::string> sources;
};

constexpr Nanoseconds kLongestTimeline = std::chrono::hours(1);
constexpr Nanoseconds kLongest = std::chrono::hours(1000);
constexpr std::uint64_t kLargestSeed = (1ULL << 53U) - 1;  // a number of JSON that every reader keeps exactly

// As text, since the option parser takes -1 for 2^64 - 1.
std::uint64_t seed_of(const std::string& text) {
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc{} || stop != end || seed > kLargestSeed) {
    throw UsageError("--seed '" + text + "': use a number up to " + std::to_string(kLargestSeed));
  }
  return seed;
}

Nanoseconds duration_of(const char* option, const std::string& text) {
  const auto value = parse_duration(text);
  if (!value) throw UsageError(std::string(option) + " '" + text + "': want a time with its unit, as 500ms or 10s");
  if (*value > kLongest) throw UsageError(std::string(option) + " '" + text + "': want at most 1000 hours");
  return *value;
}

Nanoseconds positive_duration_of(const char* option, const std::string& text) {
  const Nanoseconds value = duration_of(option, text);
  if (value <= Nanoseconds(0)) throw UsageError(std::string(option) + ": want more than 0");
  return value;
}

void add_load(CLI::App& app, LoadPlan& plan, Texts& texts) {
  app.add_option("url", texts.url, "http://HOST:PORT/PATH; https is not supported")->required()->type_name("URL");
  CLI::Option* rate = app.add_option("--rate", texts.rate, "open loop: requests per second")
                          ->check(CLI::Range(1e-3, 1e8).description(""))
                          ->group("Load");
  app.add_flag("--closed", plan.closed_loop, "closed loop: each connection waits for its reply")
      ->excludes(rate)
      ->group("Load");
  app.add_option(
         "--arrival", texts.arrival,
         "when requests of an open loop come: poisson, constant, ramp:A:B (rates), steps:R@5s,R2@5s, trace:FILE "
         "(a time per line)")
      ->capture_default_str()
      ->group("Load");
  app.add_option("--connections,-c", plan.connections, "connections of all threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->group("Load");
  app.add_option("--threads,-t", plan.threads, "threads, each with its share of the connections")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024).description(""))
      ->group("Load");
  app.add_option("--duration,-d", texts.duration, "the window that is measured")
      ->capture_default_str()
      ->group("Load");
  app.add_option("--warmup", texts.warmup, "load before it, not measured; 0s for none")
      ->capture_default_str()
      ->group("Load");
  app.add_option("--think", texts.think, "closed loop: pause between a reply and the next request")
      ->capture_default_str()
      ->group("Load");
  app.add_option(
         "--search", texts.search,
         "find the highest rate that keeps a promise, as 'p99<50ms', beginning at --rate: a run for each step")
      ->group("Load");
  app.add_option("--seed", texts.seed, "of arrivals and request mix: the same seed, the same schedule")
      ->type_name("UINT")
      ->capture_default_str()
      ->group("Load");
}

void add_request(CLI::App& app, MixOptions& mix, Texts& texts) {
  app.add_option("--header,-H", mix.headers, "'Name: value'; may be given several times")->group("Request");
  app.add_option("--method,-X", mix.method, "method (default: GET, or POST with a body)")->group("Request");
  CLI::Option* body = app.add_option("--body", mix.body, "body of each request")->group("Request");
  app.add_option("--body-file", texts.body_file, "the same from a file")->excludes(body)->group("Request");
  app.add_option("--workload", texts.workload,
                 "request mix: the routes of a workload file by their weights, instead of the URL's path")
      ->group("Request");
  static const std::map<std::string, IdPlace> ids{
      {"none", IdPlace::none}, {"query", IdPlace::query}, {"header", IdPlace::header}};
  app.add_option("--ids", mix.ids, "number the requests: none, query (?id=N) or header (X-Request-Id: N)")
      ->transform(CLI::Transformer(ids).description(""))
      ->type_name("PLACE")
      ->group("Request");
}

void add_patience(CLI::App& app, LoadPlan& plan, Texts& texts) {
  app.add_option("--deadline", texts.deadline, "a reply must have come this long after the request's intended time")
      ->capture_default_str()
      ->group("Patience");
  app.add_option("--drain", texts.drain, "how long to wait for replies after the window")
      ->capture_default_str()
      ->group("Patience");
  app.add_option("--queue", plan.queue_limit, "requests that may wait for a connection; more are shed")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}).description(""))
      ->group("Patience");
}

void add_connection(CLI::App& app, LoadPlan& plan, Texts& texts) {
  static const std::map<std::string, Pick> picks{
      {"rr", Pick::round_robin}, {"lru", Pick::least_recently_used}, {"mru", Pick::most_recently_used}};
  app.add_option("--pick", plan.pick, "which idle connection sends next: rr, lru or mru (default rr)")
      ->transform(CLI::Transformer(picks).description(""))
      ->type_name("RULE")
      ->group("Connections");
  app.add_flag("--close", plan.close_each, "a new connection for each request")->group("Connections");
  app.add_option(
         "--source", texts.sources,
         "local addresses to connect from, by comma (default: several of 127.0.0.x where one has too few ports)")
      ->delimiter(',')
      ->group("Connections");
  static const std::map<std::string, WaitMode> waits{
      {"block", WaitMode::block}, {"spin", WaitMode::spin}, {"hybrid", WaitMode::hybrid}};
  app.add_option(
         "--wait", plan.wait,
         "how to wait for the next time to send: block, spin or hybrid (block, then spin for 200 us); spin and "
         "hybrid need a core of their own (default block)")
      ->transform(CLI::Transformer(waits).description(""))
      ->type_name("MODE")
      ->group("Connections");
}

void add_output(CLI::App& app, LoadOptions& options, bool& no_probe) {
  auto* const json =
      app.add_option("--json", options.json, "write the result to this file; - for stdout, without the summary")
          ->group("Output");
  app.add_flag("--json-timeline", options.plan.timeline_in_result,
               "the result has the counts and latencies of each second too")
      ->needs(json)
      ->group("Output");
  app.add_option("--timeline", options.timeline, "write a CSV file with a line per second")->group("Output");
  app.add_option("--hgrm", options.hgrm, "write the response times by percentile, for HdrHistogram's plotter")
      ->group("Output");
  app.add_option("--hlog", options.hlog, "write a histogram per second, for HdrHistogram's log tools")
      ->group("Output");
  app.add_option("--requests", options.requests,
                 "write a CSV file with a line per request, those of the warm-up included")
      ->group("Output");
  app.add_flag("--quiet,-q", options.quiet, "no progress, no summary")->group("Output");
  app.add_flag("--no-probe", no_probe, "do not ask once before the run whether the server answers")->group("Output");
}

void check_text(const std::string& option, const std::string& text) {
  if (text.find_first_of("\r\n") != std::string::npos)
    throw UsageError(option + ": a line break cannot be sent there");
}

void convert_request(const CLI::App& app, const Texts& texts, LoadPlan& plan) {
  MixOptions& mix = plan.mix;
  for (const std::string& header : mix.headers) {
    check_text("--header", header);
    if (header.find(':') == std::string::npos || header.front() == ':') {
      throw UsageError("--header '" + header + "': want 'Name: value'");
    }
  }
  if (!texts.body_file.empty()) {
    std::optional<std::string> body = read_file(texts.body_file);
    if (!body) throw UsageError("--body-file: cannot read " + texts.body_file);
    mix.body = std::move(*body);
  }
  if (app.count("--method") == 0 && !mix.body.empty()) mix.method = "POST";
  const bool is_name = std::all_of(mix.method.begin(), mix.method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (mix.method.empty() || !is_name)
    throw UsageError("--method '" + mix.method + "': want a word such as GET or PUT");
  mix.authority = plan.url.authority;
  mix.close = plan.close_each;
  mix.seed = plan.schedule.seed;
  if (texts.workload.empty()) {
    mix.routes = {{plan.url.target, 1, 0}};
    return;
  }
  if (plan.url.target != "/") throw UsageError("--workload says the paths: leave the path out of the URL");
  for (const Route& route : load_workload(texts.workload).routes) {
    mix.routes.push_back({route.target, route.weight, route.expect.status});
  }
}

void convert_load(const CLI::App& app, const Texts& texts, LoadPlan& plan) {
  Schedule& schedule = plan.schedule;
  schedule.seed = seed_of(texts.seed);
  plan.deadline = positive_duration_of("--deadline", texts.deadline);
  plan.drain = duration_of("--drain", texts.drain);
  plan.think = duration_of("--think", texts.think);
  schedule.warmup = duration_of("--warmup", texts.warmup);
  schedule.duration = positive_duration_of("--duration", texts.duration);
  if (plan.threads > plan.connections) throw UsageError("--threads: each needs a connection; use fewer");
  if (plan.closed_loop) {
    for (const char* option : {"--arrival", "--search"}) {
      if (app.count(option) > 0) throw UsageError(std::string(option) + " is of an open loop: leave out --closed");
    }
    return;
  }
  if (app.count("--think") > 0) throw UsageError("--think is of a closed loop: use it with --closed");
  // The option's range lets it pass: it is neither below nor above.
  if (std::isnan(texts.rate)) throw UsageError("--rate: want a number from 0.001 to 100000000");
  const std::optional<double> rate = app.count("--rate") > 0 ? std::optional(texts.rate) : std::nullopt;
  const bool has_duration = app.count("--duration") > 0;
  schedule.arrivals = parse_arrivals(texts.arrival, rate);
  if (const auto own = own_duration(schedule.arrivals)) {
    if (has_duration && std::holds_alternative<StepArrivals>(schedule.arrivals)) {
      throw UsageError("--duration: the steps say how long they take; leave it out");
    }
    if (!has_duration) schedule.duration = *own;
  }
  if (!texts.search.empty()) {
    if (!rate) throw UsageError("--search tries rates: give the first one with --rate");
    plan.search = parse_promise(texts.search);
  }
  if (std::holds_alternative<TraceArrivals>(schedule.arrivals)) {
    if (app.count("--warmup") > 0) throw UsageError("--warmup: a trace has none; leave it out");
    schedule.warmup = Nanoseconds(0);
  }
}

}  // namespace

std::optional<LoadOptions> parse_load_options(int argc, char** argv) {
  CLI::App app(kAbout, "interleave-load");
  app.footer(kFooter);
  app.set_version_flag("--version", "interleave-load " + version_text());
  app.get_formatter()->column_width(26);
  LoadOptions options;
  options.plan.connections = 64;
  Texts texts;
  bool no_probe = false;
  add_load(app, options.plan, texts);
  add_request(app, options.plan.mix, texts);
  add_patience(app, options.plan, texts);
  add_connection(app, options.plan, texts);
  add_output(app, options, no_probe);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    app.exit(request);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
  LoadPlan& plan = options.plan;
  plan.url = parse_url(texts.url);
  convert_load(app, texts, plan);
  convert_request(app, texts, plan);
  plan.target = resolve(plan.url);
  plan.sources =
      texts.sources.empty() ? default_sources(plan.target, plan.connections, plan.close_each) : texts.sources;
  for (const std::string& source : texts.sources) require_source(source, plan.target);
  options.probe = !no_probe;
  plan.timeline = plan.timeline_in_result || !options.timeline.empty() || !options.hlog.empty();
  plan.request_log = !options.requests.empty();
  if (plan.timeline && plan.schedule.duration + plan.drain > kLongestTimeline) {
    throw UsageError(
        "--timeline, --hlog, --json-timeline: --duration and --drain may be 1 hour together, each second of it takes "
        "220 kB");
  }
  return options;
}

}  // namespace interleave
