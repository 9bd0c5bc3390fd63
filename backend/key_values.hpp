// What GET and SET work on: a small map. Bounded, 64 MiB at most in all. Not thread-safe.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace interleave {

inline constexpr std::size_t kMostKeys = 1000;
inline constexpr std::size_t kLongestKey = 512;
inline constexpr std::size_t kLongestValue = 64'000;

class KeyValues {
 public:
  // False: too long, or one key too many.
  [[nodiscard]] bool set(std::string_view key, std::string_view value) {
    if (key.size() > kLongestKey || value.size() > kLongestValue) return false;
    std::string owned(key);
    if (values_.size() >= kMostKeys && !values_.contains(owned)) return false;
    values_.insert_or_assign(std::move(owned), std::string(value));
    return true;
  }
  // Borrowed until the next change; nullopt: no such key.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view key) const {
    const auto found = values_.find(std::string(key));
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }
  void clear() noexcept { values_.clear(); }

 private:
  std::unordered_map<std::string, std::string> values_;
};

}  // namespace interleave
