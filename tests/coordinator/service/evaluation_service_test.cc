#include "coordinator/service/evaluation_service.h"

#include "gmock/gmock.h"
#include "tests/coordinator/service/service_fixture.h"
#include "tests/testing/sim/fake_evaluators.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

// Without a worker: what becomes of units is the desk's test.
class EvaluationServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    stub_ = v1::EvaluationService::NewStub(channel_);
  }
  grpc::Status Submit(const v1::SubmitEvaluationRequest& request) {
    grpc::ClientContext context;
    return stub_->Submit(&context, request, &reply_);
  }
  v1::ListEvaluationsReply List() {
    grpc::ClientContext context;
    v1::ListEvaluationsReply reply;
    EXPECT_TRUE(stub_->List(&context, {}, &reply).ok());
    return reply;
  }
  static v1::EvaluationRequest Named(const std::string& name) {
    v1::EvaluationRequest request;
    request.set_evaluation(name);
    return request;
  }
  grpc::Status Cancel(const std::string& name) {
    grpc::ClientContext context;
    v1::EvaluationSummary summary;
    return stub_->Cancel(&context, Named(name), &summary);
  }
  grpc::Status Delete(const std::string& name) {
    grpc::ClientContext context;
    v1::DeleteEvaluationReply reply;
    return stub_->Delete(&context, Named(name), &reply);
  }
  grpc::Status GetResult(const std::string& name) {
    grpc::ClientContext context;
    const auto reader = stub_->GetResult(&context, Named(name));
    v1::EvaluationChunk chunk;
    while (reader->Read(&chunk)) {
    }
    return reader->Finish();
  }

  std::unique_ptr<v1::EvaluationService::Stub> stub_;
  v1::SubmitEvaluationReply reply_;
};

TEST_F(EvaluationServiceTest, WhatIsSubmittedIsListedAndShownWithAllThatWasAsked) {
  const v1::SubmitEvaluationRequest request = ToyEvaluation();
  ASSERT_TRUE(Submit(request).ok());
  EXPECT_EQ(reply_.evaluation(), "toy");
  ASSERT_EQ(List().evaluations_size(), 1);
  EXPECT_EQ(List().evaluations(0).state(), v1::EVALUATION_STATE_QUEUED);
  grpc::ClientContext context;
  v1::EvaluationDetail detail;
  ASSERT_TRUE(stub_->Show(&context, Named("toy"), &detail).ok());
  EXPECT_EQ(detail.suite().SerializeAsString(), request.suite().SerializeAsString());
  ASSERT_EQ(detail.learned_size(), 1);
  EXPECT_EQ(detail.learned(0).title(), "learned");
}

TEST_F(EvaluationServiceTest, BadSubmissionsAreRefusedWithTheirFault) {
  v1::SubmitEvaluationRequest request = ToyEvaluation();
  request.mutable_optimizers(0)->set_safetensors("nothing of the kind");
  grpc::Status status = Submit(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("optimizer learned"));
  request = ToyEvaluation();
  request.mutable_suite()->add_baselines("adamm");
  status = Submit(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("adamm"));
  EXPECT_EQ(List().evaluations_size(), 0);
}

TEST_F(EvaluationServiceTest, AWatcherSeesTheEnd) {
  ASSERT_TRUE(Submit(ToyEvaluation()).ok());
  grpc::ClientContext context;
  const auto reader = stub_->Watch(&context, Named("toy"));
  v1::EvaluationSummary summary;
  ASSERT_TRUE(reader->Read(&summary));
  EXPECT_THAT(summary.message(), HasSubstr("waits for a worker"));
  ASSERT_TRUE(Cancel("toy").ok());
  while (reader->Read(&summary)) {
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(summary.state(), v1::EVALUATION_STATE_CANCELLED);
}

TEST_F(EvaluationServiceTest, OnlyWhatHasEndedIsDeletedAndOnlyWhatSucceededHasAResult) {
  ASSERT_TRUE(Submit(ToyEvaluation()).ok());
  EXPECT_EQ(Delete("toy").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(GetResult("toy").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(Cancel("toy").ok());
  EXPECT_EQ(GetResult("toy").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(Delete("toy").ok());
  EXPECT_EQ(Delete("toy").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Cancel("toy").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(GetResult("toy").error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace paceline
