# INTERLEAVE_SANITIZER = "" | address (with undefined behaviour) | thread. Applies to every target, third-party C included.
set(INTERLEAVE_SANITIZER "" CACHE STRING "address or thread; empty for none")
set_property(CACHE INTERLEAVE_SANITIZER PROPERTY STRINGS "" address thread)

if(INTERLEAVE_SANITIZER STREQUAL "address")
  set(sanitizer_flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(INTERLEAVE_SANITIZER STREQUAL "thread")
  # Boost.Asio uses atomic_thread_fence, which GCC's ThreadSanitizer does not follow and warns of; all that use Asio here
  # run it on one thread.
  set(sanitizer_flags -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
elseif(NOT INTERLEAVE_SANITIZER STREQUAL "")
  message(FATAL_ERROR "INTERLEAVE_SANITIZER is '${INTERLEAVE_SANITIZER}': use address, thread or nothing")
endif()
if(sanitizer_flags)
  add_compile_options(${sanitizer_flags})
  add_link_options(${sanitizer_flags})
endif()
