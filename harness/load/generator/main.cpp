// interleave-load: open- and closed-loop HTTP load. See load_options.cpp for its use, traffic.hpp for what it does,
// docs/load.md for what its numbers mean.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "core/base/atomic_file.hpp"
#include "core/base/hdr_log.hpp"
#include "core/base/program.hpp"
#include "harness/load/generator/hlog.hpp"
#include "harness/load/generator/load_options.hpp"
#include "harness/load/generator/load_run.hpp"
#include "harness/load/generator/probe.hpp"
#include "harness/load/generator/result_json.hpp"
#include "harness/load/generator/search_rate.hpp"
#include "harness/load/generator/summary_text.hpp"

namespace interleave {
namespace {

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void report(const LoadOptions& options, const LoadResult& result) {
  const bool to_stdout = options.json == "-";
  if (to_stdout) print(result_json(options.plan, result));
  if (!options.json.empty() && !to_stdout) write_atomically(options.json, result_json(options.plan, result));
  if (!options.timeline.empty()) write_atomically(options.timeline, timeline_csv(*result.timeline));
  if (!options.hgrm.empty()) write_atomically(options.hgrm, hdr_percentiles(result.tally.response));
  if (!options.hlog.empty()) write_atomically(options.hlog, hdr_log(options.plan, result));
  if (result.requests) write_atomically(options.requests, request_log_csv(*result.requests));
  if (to_stdout || options.quiet) return;
  const bool colour = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  print(summary_text(options.plan, result, colour));
}

// A result in which nothing succeeded is written, but is no success.
void require_success(const LoadResult& result) {
  const LoadCounts& counts = result.tally.window;
  if (counts.scheduled == 0 || counts.of(Outcome::ok) > 0) return;
  std::string why;
  const auto add = [&](const std::string& name, std::uint64_t count) {
    why += ", " + std::to_string(count) + " " + name;
  };
  result.tally.errors.for_each_status(add);
  result.tally.errors.for_each_errno(add);
  throw std::runtime_error("none of " + std::to_string(counts.scheduled) + " requests succeeded" + why +
                           ": is the server there, and the path right?");
}

int run(LoadOptions& options) {
  raise_descriptor_limit();
  const Interrupt interrupt;
  LoadProgress progress(!options.quiet);
  if (options.probe) probe(options.plan);
  const LoadResult result = options.plan.search ? search_rate(options.plan, interrupt, progress)
                                                : run_load(options.plan, interrupt, progress);
  report(options, result);
  if (result.interrupted_by != 0) return 128 + result.interrupted_by;
  require_success(result);
  return 0;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a server that leaves is an error of one write
  int code = 0;
  const int failed = interleave::run_program([&] {
    auto options = interleave::parse_load_options(argc, argv);
    if (options) code = interleave::run(*options);
    return interleave::ExitCode::ok;
  });
  return failed != 0 ? failed : code;
}
