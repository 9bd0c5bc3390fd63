#include "harness/process/external_server.hpp"

#include <algorithm>
#include <system_error>

#include "core/base/config.hpp"
#include "core/workload/load_services.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

std::string read_name(const ConfigNode& node, const fs::path& file) {
  const std::string& name = node.text();
  const std::string stem = file.stem().string();
  if (name != stem) node.fail("name '" + name + "' differs from the file's name '" + stem + "': make them equal");
  if (!is_workload_name(name)) node.fail("name '" + name + "': " + std::string(kNameRule));
  return name;
}

// Replaces every {name}; a brace that begins none of them is a mistake sooner than a file's name.
std::string read_word(const ConfigNode& node, const fs::path& folder, const fs::path& bin_dir) {
  const std::string& text = node.text();
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest.starts_with("{folder}")) {
      word += folder.string();
      at += std::string_view("{folder}").size();
    } else if (rest.starts_with("{bin}")) {
      word += bin_dir.string();
      at += std::string_view("{bin}").size();
    } else if (rest.starts_with('{')) {
      node.fail("'" + text +
                "': unknown placeholder; there are {folder}, this file's, and {bin}, of the built programs");
    } else {
      word += text[at++];
    }
  }
  return word;
}

ExternalServer read_server(const ConfigNode& root, const fs::path& file, const fs::path& bin_dir) {
  root.allow_keys({"name", "command", "install"});
  ExternalServer server;
  server.file = file;
  server.name = read_name(root.at("name"), file);
  const fs::path folder = fs::absolute(file).parent_path().lexically_normal();
  const ConfigNode& command = root.at("command");
  for (const ConfigNode& word : command.items()) {
    server.command.push_back(read_word(word, folder, fs::absolute(bin_dir)));
  }
  if (server.command.empty() || server.command.front().empty()) {
    command.fail(R"('command' names no program: write a list such as ["/usr/bin/python3", "{folder}/server.py"])");
  }
  if (const auto* install = root.find("install")) server.install = install->text();
  return server;
}

}  // namespace

std::vector<ExternalServer> load_external_servers(const fs::path& folder, const fs::path& bin_dir) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<ExternalServer> servers;
  servers.reserve(files.size());
  for (const fs::path& file : files) servers.push_back(read_server(load_config(file), file, bin_dir));
  return servers;
}

ExternalServer parse_external_server(std::string_view toml_text, const fs::path& file, const fs::path& bin_dir) {
  return read_server(parse_config(toml_text, file), file, bin_dir);
}

}  // namespace interleave
