package dev.adder.tensor.cuda;

/** Why our kernels cannot be used on this machine, in one sentence. */
public final class CudaUnavailableException extends Exception {

  private static final long serialVersionUID = 1L;

  CudaUnavailableException(String sentence) {
    super(sentence);
  }

  CudaUnavailableException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
