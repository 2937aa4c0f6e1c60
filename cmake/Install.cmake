# What `cmake --install` brings beside the library of worker/torch_optimizer. The programs find each other, and the
# module for GPUs, in the folder that they lie in; LibTorch stays where deploy/setup.sh put it.
include(GNUInstallDirs)
install(TARGETS paceline paceline-coordinator paceline-worker paceline-eval paceline-evaluate paceline-estimators
  paceline-bench paceline-bench-coordinator DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET paceline_torch_cuda)
  install(TARGETS paceline_torch_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY configs examples DESTINATION ${CMAKE_INSTALL_DATADIR}/paceline)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
