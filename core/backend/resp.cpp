#include "core/backend/resp.hpp"

#include <charconv>

namespace interleave {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// Decimal digits of a number, without allocation.
class Digits {
 public:
  explicit Digits(std::uint64_t value) noexcept
      : size_(static_cast<std::size_t>(std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr -
                                       text_.data())) {}
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 20> text_{};  // 2^64 - 1 has 20 digits
  std::size_t size_;
};

void append_header(std::string& out, char type, std::size_t value) {
  out += type;
  out += Digits(value).view();
  out += kLineEnd;
}

void append_bulk(std::string& out, std::string_view text) {
  append_header(out, '$', text.size());
  out += text;
  out += kLineEnd;
}

}  // namespace

void append_call(std::string& out, std::string_view service, std::optional<std::uint64_t> id, std::uint32_t index) {
  out += "*4\r\n$4\r\nCALL\r\n";
  append_bulk(out, service);
  append_bulk(out, id ? Digits(*id).view() : std::string_view("-"));
  append_bulk(out, Digits(index).view());
}

std::string encode_command(std::span<const std::string_view> words) {
  std::string out;
  append_header(out, '*', words.size());
  for (const std::string_view word : words) append_bulk(out, word);
  return out;
}

}  // namespace interleave
