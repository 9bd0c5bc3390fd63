// interleave-load: open- and closed-loop HTTP load. See load_options.cpp for its use, traffic.hpp for what it does,
// docs/load.md for what its numbers mean.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "core/base/program.hpp"
#include "harness/load/generator/load_options.hpp"
#include "harness/load/generator/load_run.hpp"
#include "harness/load/generator/output_files.hpp"
#include "harness/load/generator/probe.hpp"
#include "harness/load/generator/search_rate.hpp"
#include "harness/load/generator/summary_text.hpp"

namespace interleave {
namespace {

void print_summary(const LoadOptions& options, const LoadResult& result) {
  if (options.json == "-" || options.quiet) return;
  const bool colour = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  std::fputs(summary_text(options.plan, result, colour).c_str(), stdout);
  std::fflush(stdout);
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
  const bool is_told_why = !why.empty();
  // These have neither a status nor an errno.
  for (const Outcome outcome : {Outcome::timeout, Outcome::censored, Outcome::shed}) {
    if (counts.of(outcome) > 0) add(std::string(name_of(outcome)), counts.of(outcome));
  }
  throw std::runtime_error("none of " + std::to_string(counts.scheduled) + " requests succeeded" + why +
                           (is_told_why
                                ? ": is the server there, and the path right?"
                                : ": does the server answer in time? --deadline and --drain say how long to wait"));
}

int run(LoadOptions& options) {
  require_output_places(options);
  raise_descriptor_limit();
  const Interrupt interrupt;
  LoadProgress progress(!options.quiet);
  if (const auto error = options.probe ? probe(options.plan, interrupt) : std::nullopt) {
    write_outputs(options, not_begun(options.plan, *error));
    throw std::runtime_error(*error);
  }
  const LoadResult result = options.plan.search ? search_rate(options.plan, interrupt, progress)
                                                : run_load(options.plan, interrupt, progress);
  print_summary(options, result);  // first: a disk that is full by now must not cost it
  write_outputs(options, result);
  if (result.interrupted_by != 0) return 128 + result.interrupted_by;
  require_success(result);
  return 0;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a server that leaves is an error of one write
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file too large, like a full disk
  int code = 0;
  const int failed = interleave::run_program([&] {
    auto options = interleave::parse_load_options(argc, argv);
    if (options) code = interleave::run(*options);
    return interleave::ExitCode::ok;
  });
  return failed != 0 ? failed : code;
}
