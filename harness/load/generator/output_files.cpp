#include "harness/load/generator/output_files.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <unistd.h>

#include "core/base/atomic_file.hpp"
#include "core/base/error.hpp"
#include "core/base/hdr_log.hpp"
#include "harness/load/generator/hlog.hpp"
#include "harness/load/generator/result_json.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

void require_place(const fs::path& file) {
  if (file.empty()) return;
  const auto refuse = [&](const std::string& why) { throw UsageError("cannot write " + file.string() + ": " + why); };
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::is_directory(status)) refuse("it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status)) return;  // a device, a FIFO: its folder does not matter
  fs::path place = fs::weakly_canonical(fs::absolute(file), error);
  if (error) place = fs::absolute(file);
  const fs::path folder = place.parent_path();
  if (!fs::is_directory(folder, error)) refuse("no such folder: create it first");
  if (::access(folder.c_str(), W_OK) != 0) refuse("its folder: " + std::generic_category().message(errno));
}

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

void require_output_places(const LoadOptions& options) {
  if (options.json != "-") require_place(options.json);
  for (const fs::path& file : {options.timeline, options.hgrm, options.hlog, options.requests}) require_place(file);
}

void write_outputs(const LoadOptions& options, const LoadResult& result) {
  if (options.json == "-") {
    print(result_json(options.plan, result));
  } else if (!options.json.empty()) {
    write_atomically(options.json, result_json(options.plan, result));
  }
  if (!options.timeline.empty()) write_atomically(options.timeline, timeline_csv(*result.timeline));
  if (!options.hgrm.empty()) write_atomically(options.hgrm, hdr_percentiles(result.tally.response));
  if (!options.hlog.empty()) write_atomically(options.hlog, hdr_log(options.plan, result));
  if (result.requests) write_atomically(options.requests, request_log_csv(*result.requests));
}

}  // namespace interleave
