#include "harness/cli/run_folder.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& folder, const std::string& why) {
  throw UsageError("cannot store results in " + folder.string() + ": " + why);
}

void refuse_run_in(const fs::path& folder) {
  if (!fs::exists(folder / "run.json")) return;
  refuse(folder, "there is a run already (go on with it by --resume, or choose another folder)");
}

}  // namespace

std::string run_name(std::string_view utc, std::string_view commit) {
  std::string name;
  for (const char c : utc) {
    if (c != '-' && c != ':') name += c;
  }
  std::array<char, HOST_NAME_MAX + 1> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  name += '-';
  name += commit;
  name += '-';
  name += host[0] != '\0' ? host.data() : "host";
  return name;
}

RunFolder::RunFolder(fs::path path, fs::path results)
    : path_(std::move(path)), results_(std::move(results)), scratch_(path_ / "scratch") {
  std::error_code error;
  fs::create_directories(path_ / "trials", error);
  if (!error) fs::create_directories(scratch_, error);
  if (error) refuse(path_, error.message() + " (choose another with --out)");
  // The folder itself is locked: nothing is left behind, and the kernel unlocks it however the harness ends.
  lock_.reset(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_.valid()) refuse(path_, std::generic_category().message(errno));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) refuse(path_, "another interleave is writing there");
}

RunFolder::~RunFolder() {
  if (!lock_.valid()) return;  // moved from
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
}

RunFolder RunFolder::create(const fs::path& out, const fs::path& results, const std::string& name) {
  fs::path path = fs::absolute(out.empty() ? results / name : out).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  refuse_run_in(path);
  RunFolder folder(path, results);
  refuse_run_in(path);  // another harness may have been quicker, and be done
  return folder;
}

RunFolder RunFolder::open(const fs::path& folder, const fs::path& results, const char* record) {
  if (!fs::exists(folder / record)) throw UsageError(folder.string() + ": there is no run to go on with");
  return {fs::canonical(folder), results};
}

void RunFolder::point_latest_here() const {
  const fs::path parent = path_.parent_path();
  std::error_code error;
  if (!fs::equivalent(parent, results_, error)) return;
  const fs::path fresh = parent / ".latest.new";
  fs::remove(fresh, error);
  fs::create_symlink(path_.filename(), fresh, error);
  if (!error) fs::rename(fresh, parent / "latest", error);
  if (error) throw std::system_error(error, "cannot update " + (parent / "latest").string());
}

}  // namespace interleave
