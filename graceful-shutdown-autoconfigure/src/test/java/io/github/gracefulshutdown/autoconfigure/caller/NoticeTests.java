package io.github.gracefulshutdown.autoconfigure.caller;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Notice}. */
class NoticeTests {

	@Test
	void onlyARefusalWithItsStatusIsAProof() {
		assertThat(Notice.of("rejected", "one", true)).isEqualTo(new Notice(true, "one"));
		assertThat(Notice.of("rejected", "one", false)).isEqualTo(new Notice(false, "one"));
		assertThat(Notice.of("lame-duck", "one", true)).isEqualTo(new Notice(false, "one"));
	}

	@Test
	void whatIsNotOursIsNoNotice() {
		assertThat(Notice.of(null, "one", true)).isNull();
		assertThat(Notice.of("something", "one", true)).isNull();
	}

}
