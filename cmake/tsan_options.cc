// What a program built with -fsanitize=thread does unless TSAN_OPTIONS says otherwise: of libraries
// that are built without it, as gRPC and Abseil, ThreadSanitizer would see the memory but not the
// locks, and take every message for a race.
extern "C" const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }

// gRPC's headers, which are built with it, hand what a callback call needs from thread to thread
// within the library, unseen.
extern "C" const char* __tsan_default_suppressions() {
  return "race:grpc::internal::CallOp\n"
         "race:grpc::internal::CallbackWithSuccessTag::Set\n"
         "race:grpc::internal::CallbackWithSuccessTag::Clear\n"
         "race:grpc::internal::InterceptorBatchMethodsImpl\n"
         "race:grpc::internal::ServerCallbackCall\n"
         "race:grpc::internal::ServerReactor\n"
         "race_top:std::function\n"
         "race_top:std::_Function\n"
         "race_top:grpc::\n";
}
