#include "backend/options.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "core/base/error.hpp"
#include "core/base/version.hpp"

namespace interleave {
namespace {

constexpr const char* kFooter =
    "Example:\n"
    "  interleave-backend --listen 127.0.0.1:7000 --workload workloads/one_call.toml &\n"
    "  redis-cli -p 7000 CALL db 1 0\n\n"
    "Commands (RESP2): CALL SERVICE ID INDEX [BYTES], PING, GET, SET, STATS, RESET. ID '-' numbers calls by "
    "arrival.\n"
    "stdout: one line, {\"ready\":true,\"port\":N}. SIGTERM ends it: calls in flight are answered, within 1.5 s.\n"
    "Exit codes: 0 ended by signal, 1 failed, 2 usage or configuration.";

Endpoint parse_listen(const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint)
    throw UsageError("--listen '" + text + "': want ADDRESS:PORT with a numeric address, as 127.0.0.1:7000");
  return *endpoint;
}

// CLI11's own checks name a range in 309 digits.
CLI::Validator whole_number() {
  return {[](std::string& text) {
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (error == std::errc{} && end == text.data() + text.size()) return std::string();
            return "want a whole number from 0 to 18446744073709551615, not '" + text + "'";
          },
          ""};
}

}  // namespace

std::optional<BackendOptions> parse_backend_options(int argc, char** argv) {
  CLI::App app{"The simulated I/O-bound backend: answers each call after the delay of its service.",
               "interleave-backend"};
  app.footer(kFooter);
  BackendOptions options;
  std::string listen = "127.0.0.1:7000";
  app.set_version_flag("--version", version_text());
  app.add_option("--listen", listen, "ADDRESS:PORT to serve on; port 0 lets the kernel choose")
      ->capture_default_str();
  app.add_option("--workload", options.workload, "workload file: the services to simulate");
  app.add_option("--seed", options.seed, "seed of the delays: the same seed gives the same delay to the same call")
      ->capture_default_str()
      ->check(whole_number());
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    app.exit(request);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
  if (options.workload.empty())
    throw UsageError("--workload is missing: name a workload file, as workloads/one_call.toml");
  options.listen = parse_listen(listen);
  return options;
}

}  // namespace interleave
