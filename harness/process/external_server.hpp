// A server that is not built here: a TOML file names the command that starts it, under the same contract as any other
// (servers/README.md). The keys are described in servers/external/README.md.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

struct ExternalServer {
  std::string name;                  // equals the file's stem
  std::vector<std::string> command;  // program and first arguments, placeholders replaced
  std::string install;               // how to get the program where it is missing; may be empty
  std::filesystem::path file;
};

// Every *.toml in `folder`, by name; none if there is no such folder. `{folder}` in a command becomes the folder of
// the file, `{bin}` becomes `bin_dir`, both absolute. Throws UsageError "file.toml:9:12: what is wrong": a file that
// cannot be honoured is never passed over.
[[nodiscard]] std::vector<ExternalServer> load_external_servers(const std::filesystem::path& folder,
                                                                const std::filesystem::path& bin_dir);

// One file from its text; `file` stands in messages and gives the folder.
[[nodiscard]] ExternalServer parse_external_server(std::string_view toml_text, const std::filesystem::path& file,
                                                   const std::filesystem::path& bin_dir);

}  // namespace interleave
