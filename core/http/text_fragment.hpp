// A run of bytes of a stream that usually lies within one read: a view while it does, a copy once it goes on in the
// next. What makes parsing free of copies in the common case and correct at any split.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace interleave {

class TextFragment {
 public:
  void clear() noexcept {
    view_ = {};
    copied_ = false;
  }

  void append(const char* at, std::size_t size) {
    if (view_.empty() && !copied_) {
      view_ = {at, size};
      return;
    }
    detach();
    copy_.append(at, size);
    view_ = copy_;
  }

  // The bytes appended so far are about to go away.
  void detach() {
    if (copied_ || view_.empty()) return;
    copy_.assign(view_);
    view_ = copy_;
    copied_ = true;
  }

  // Valid until the next call, and without detach() only as long as the bytes appended.
  [[nodiscard]] std::string_view view() const noexcept { return view_; }

 private:
  std::string copy_;
  std::string_view view_;
  bool copied_ = false;
};

}  // namespace interleave
