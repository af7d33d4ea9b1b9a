package io.github.gracefulshutdown.autoconfigure;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link UploadProgress}. */
class UploadProgressTests {

	private static final long WINDOW = 1_750_000_000;

	private final UploadProgress progress = new UploadProgress(100, -5);

	@Test
	void anUploadThatTricklesIsStalledWhenTheWindowIsOver() {
		assertThat(this.progress.isStalled(519, WINDOW - 6)).isFalse();
		assertThat(this.progress.isStalled(519, WINDOW - 5)).isTrue();
	}

	@Test
	void anUploadThatGetsOnHasTheWindowAnew() {
		assertThat(this.progress.isStalled(520, WINDOW - 5)).isFalse();
		assertThat(this.progress.isStalled(521, 2 * WINDOW - 6)).isFalse();
		assertThat(this.progress.isStalled(521, 2 * WINDOW - 5)).isTrue();
	}

	@Test
	void theNextUploadOfAConnectionIsAnother() {
		assertThat(this.progress.isStalled(0, WINDOW)).isFalse();
	}

}
