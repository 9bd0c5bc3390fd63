# Every third-party library the project uses, found once and given a target. scripts/install_deps.sh installs them all.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)  # SHA-256 of a schedule
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS context fiber)  # compiled: what microbench measures; headers: Math, Asio
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
include(Llhttp)
