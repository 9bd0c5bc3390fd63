#include "tests/accuracy/oracle_options.hpp"

#include <string>

#include <CLI/CLI.hpp>

#include "core/base/error.hpp"
#include "core/base/units.hpp"

namespace interleave {
namespace {

Latency parse_service(const std::string& kind, const std::string& mean_text) {
  const auto mean = parse_duration(mean_text);
  if (!mean) throw UsageError("--mean '" + mean_text + "': want a duration with its unit, as 2ms");
  if (kind == "constant") return ConstantLatency{*mean};
  return ExponentialLatency{*mean};
}

}  // namespace

std::optional<OracleOptions> parse_oracle_options(int argc, char** argv) {
  CLI::App app{"An HTTP server that is nothing but a queue, and logs what it did: the measure of a load generator.",
               "oracle-server"};
  app.footer(
      "Example:\n  oracle-server --servers 4 --service exponential --mean 8ms --log services.csv\n"
      "stdout: one line, {\"ready\":true,\"port\":N}. SIGTERM writes the log (id, arrived_ns, start_ns, end_ns of "
      "each\n"
      "request served, on CLOCK_MONOTONIC) and ends it.");
  OracleOptions options;
  std::string listen = "127.0.0.1:0";
  std::string kind = "constant";
  std::string mean = "2ms";
  app.add_option("--listen", listen, "ADDRESS:PORT to serve on; port 0 lets the kernel choose")
      ->capture_default_str();
  app.add_option("--servers", options.servers, "requests served at a time, the others queue; 0: no limit")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--service", kind, "distribution of the service time")
      ->capture_default_str()
      ->check(CLI::IsMember({"constant", "exponential"}));
  app.add_option("--mean", mean, "mean service time")->capture_default_str();
  app.add_option("--seed", options.seed, "of the service times; a request's depends on it and the request's id")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--log", options.log, "file to write at the end")->required();
  app.add_flag("--spin", options.spin, "never sleep: exact where the server has a core of its own");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    app.exit(request);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
  const auto endpoint = parse_endpoint(listen);
  if (!endpoint) throw UsageError("--listen '" + listen + "': want ADDRESS:PORT, as 127.0.0.1:8080");
  options.listen = *endpoint;
  options.service = parse_service(kind, mean);
  return options;
}

}  // namespace interleave
