#include "servers/common/options.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.hpp"
#include "core/base/error.hpp"
#include "core/base/units.hpp"
#include "core/base/version.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

Endpoint endpoint_option(const std::string& option, const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint)
    throw UsageError(option + " '" + text + "': want ADDRESS:PORT with a numeric address, as 127.0.0.1:8080");
  return *endpoint;
}

std::chrono::milliseconds timeout_option(const std::string& option, const std::string& text) {
  const auto duration = parse_duration(text);
  const auto rounded = std::chrono::duration_cast<std::chrono::milliseconds>(duration.value_or(Nanoseconds{0}));
  if (rounded.count() < 1)
    throw UsageError(option + " '" + text + "': want a time of at least 1ms with its unit, as 10s");
  return rounded;
}

std::size_t size_option(const std::string& option, const std::string& text) {
  const auto size = parse_size(text);
  if (!size || *size == 0) throw UsageError(option + " '" + text + "': want a size with its unit, as 16KiB");
  return *size;
}

// Written at the very end; that its folder is missing must be said before.
std::filesystem::path trace_file(const std::filesystem::path& file) {
  if (!file.empty() && !can_write_file(file)) {
    throw UsageError("--trace '" + file.string() + "': cannot write there: name a file in a folder that exists");
  }
  return file;
}

bool has(const ModelInfo& info, ModelOption option) {
  return std::find(info.options.begin(), info.options.end(), option) != info.options.end();
}

// Of a model with workers it is their number, as given.
std::optional<std::size_t> in_flight_limit(const ModelInfo& info, const ServerConfig& config) {
  return has(info, ModelOption::threads) ? config.threads : info.in_flight_limit;
}

// The contract gives --threads to every server. One without workers takes it where it is true of it, and says why not
// elsewhere; --describe and --help do not offer it, for there is nothing to choose.
void add_threads_of_a_model_without_workers(CLI::App& app, const ModelInfo& info) {
  const bool one_thread = info.family != "threads";
  const std::string name = info.name;
  const auto take = [one_thread, name](const CLI::results_t& values) {
    const std::string text = values.empty() ? "" : values.front();
    if (one_thread && text == "1") return true;
    throw UsageError("--threads " + text + ": " + name + " has no workers to choose the number of, " +
                     (one_thread
                          ? "it serves on one thread: 1, or leave the option out"
                          : "it starts threads as it needs them: leave the option out (--max-threads bounds them)"));
  };
  app.add_option("--threads", take)->group("")->expected(0, 1);  // CLI11 has no name for a hidden one in its messages
}

bool can_trace(const ModelInfo& info) {
  const auto& capabilities = info.capabilities;
  return kTraceCompiled && std::find(capabilities.begin(), capabilities.end(), "trace") != capabilities.end();
}

// What a model can do depends on how it was built.
std::vector<std::string> capabilities_of(const ModelInfo& info) {
  std::vector<std::string> capabilities = info.capabilities;
  if (!kTraceCompiled) std::erase(capabilities, "trace");
  return capabilities;
}

nlohmann::ordered_json describe(const ModelInfo& info, const ServerConfig& config, const CLI::App& app) {
  nlohmann::ordered_json options = nlohmann::ordered_json::array();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // tolerated, not offered
    options.push_back(
        {{"name", option->get_name()}, {"help", option->get_description()}, {"default", option->get_default_str()}});
  }
  nlohmann::ordered_json prediction{{"in_flight_limit", nullptr}};
  if (const auto limit = in_flight_limit(info, config)) prediction["in_flight_limit"] = *limit;
  return {{"name", info.name},        {"family", info.family},    {"summary", info.summary},
          {"options", options},       {"build_type", kBuildType}, {"capabilities", capabilities_of(info)},
          {"prediction", prediction}, {"version", kVersion},      {"commit", build_commit()}};
}

// Option values as text, before they are checked.
struct Texts {
  std::string listen = "127.0.0.1:8080";
  std::string backend = "127.0.0.1:7000";
  std::string workload;
  std::string trace;
  std::string idle_timeout = "60s";
  std::string head_timeout = "10s";
  std::string write_timeout = "30s";
  std::string backend_timeout = "10s";
  std::string max_head = "16KiB";
  std::string max_body = "1MiB";
  double cpu_rate = 0;
};

void add_model_option(CLI::App& app, ModelOption option, ServerConfig& config) {
  switch (option) {
    case ModelOption::threads:
      app.add_option("--threads", config.threads, "worker threads")
          ->capture_default_str()
          ->check(CLI::Range(1, 100'000));
      return;
    case ModelOption::max_threads:
      app.add_option("--max-threads", config.max_threads, "threads at a time")
          ->capture_default_str()
          ->check(CLI::Range(1, 1'000'000));
      return;
    case ModelOption::queue:
      app.add_option("--queue-limit", config.queue_limit, "requests that may wait for a worker")
          ->capture_default_str()
          ->check(CLI::Range(1, 1'000'000));
      app.add_option("--when-full", config.when_full,
                     "wait: read no further requests until there is room; reject: answer 503 with Retry-After")
          ->transform(CLI::CheckedTransformer(
              std::map<std::string, WhenFull>{{"wait", WhenFull::wait}, {"reject", WhenFull::reject}}))
          ->default_str("wait");
      return;
  }
}

void add_options(CLI::App& app, Texts& texts, ServerConfig& config) {
  app.add_option("--listen", texts.listen, "ADDRESS:PORT to serve on; port 0 lets the kernel choose")
      ->capture_default_str();
  app.add_option("--backend", texts.backend, "ADDRESS:PORT of interleave-backend")->capture_default_str();
  app.add_option("--workload", texts.workload, "workload file: the routes to serve");
  app.add_option("--cpu-rate", texts.cpu_rate,
                 "iterations per microsecond of `cpu` steps; measured at the start if absent");
  app.add_option("--max-connections", config.max_connections,
                 "clients at a time; further ones wait in the listen queue")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--backend-connections", config.backend_connections, "connections to the backend at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--backend-queue", config.backend_queue, "calls that may wait for a connection; beyond: 503")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--max-head", texts.max_head, "request line and headers at most; beyond: 431")
      ->capture_default_str();
  app.add_option("--max-body", texts.max_body, "request body at most; beyond: 413")->capture_default_str();
  app.add_option("--idle-timeout", texts.idle_timeout, "close a connection idle for this long")
      ->capture_default_str();
  app.add_option("--head-timeout", texts.head_timeout, "from a request's first byte to its end; beyond: 408")
      ->capture_default_str();
  app.add_option("--write-timeout", texts.write_timeout, "for the client to take a reply")->capture_default_str();
  app.add_option("--backend-timeout", texts.backend_timeout, "for a step's backend calls; beyond: 504")
      ->capture_default_str();
}

ServerOptions check(const Texts& texts, const ServerConfig& parsed, const CLI::App& app) {
  ServerOptions options{
      .config = parsed, .workload = texts.workload, .cpu_rate = std::nullopt, .trace = trace_file(texts.trace)};
  if (texts.workload.empty())
    throw UsageError("--workload is missing: name a workload file, as workloads/one_call.toml");
  options.config.listen = endpoint_option("--listen", texts.listen);
  options.config.backend = endpoint_option("--backend", texts.backend);
  SessionLimits& limits = options.config.session.limits;
  limits.head_bytes = size_option("--max-head", texts.max_head);
  limits.body_bytes = size_option("--max-body", texts.max_body);
  limits.idle_timeout = timeout_option("--idle-timeout", texts.idle_timeout);
  limits.head_timeout = timeout_option("--head-timeout", texts.head_timeout);
  limits.write_timeout = timeout_option("--write-timeout", texts.write_timeout);
  limits.backend_timeout = timeout_option("--backend-timeout", texts.backend_timeout);
  if (app.count("--cpu-rate") > 0) {
    if (!(texts.cpu_rate > 0)) throw UsageError("--cpu-rate must be above 0");
    options.cpu_rate = texts.cpu_rate;
  }
  return options;
}

}  // namespace

std::optional<ServerOptions> parse_server_options(int argc, char** argv, const ModelInfo& info) {
  CLI::App app{info.summary, "interleave-server-" + info.name};
  app.footer("Example:\n  interleave-server-" + info.name +
             " --listen 127.0.0.1:8080 --backend 127.0.0.1:7000 --workload workloads/one_call.toml\n\n"
             "stdout: a ready line, a counters line for each SIGUSR1, a counters line at the end (JSON).\n"
             "SIGTERM ends the server: begun requests are finished, within 1.5 s.\n"
             "Exit codes: 0 ended by signal, 1 failed, 2 usage or configuration, 77 not supported on this host.");
  Texts texts;
  ServerConfig config;
  bool describe_wanted = false;
  app.set_version_flag("--version", version_text());
  app.add_flag("--describe", describe_wanted, "print what this server is, as JSON, and exit");
  add_options(app, texts, config);
  for (const ModelOption option : info.options) add_model_option(app, option, config);
  if (!has(info, ModelOption::threads)) add_threads_of_a_model_without_workers(app, info);
  if (can_trace(info)) {
    app.add_option("--trace", texts.trace, "record what each request does, and write it to this file at the end");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    app.exit(request);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
  if (describe_wanted) {
    std::cout << describe(info, config, app).dump() << '\n';
    return std::nullopt;
  }
  return check(texts, config, app);
}

}  // namespace interleave
