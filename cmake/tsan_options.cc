// What a program built with -fsanitize=thread does unless TSAN_OPTIONS says otherwise: of libraries
// that are built without it, as gRPC and Abseil, ThreadSanitizer would see the memory but not the
// locks, and take every message for a race.
extern "C" const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }
