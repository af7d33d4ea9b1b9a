package io.github.gracefulshutdown.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ForeignText}. */
class ForeignTextTests {

	@Test
	void whatNeedsNoChangeIsNotCopied() {
		String path = "/orders/%C3%A4/1";
		assertThat(ForeignText.path(path)).isSameAs(path);
		assertThat(ForeignText.of("a method, with spaces")).isEqualTo("a method, with spaces");
	}

	@ParameterizedTest
	@CsvSource({ "/orders;jsessionid=SECRET, /orders", "/orders;a=1/7;jsessionid=SECRET;b, /orders/7",
			"/orders;SECRET/, /orders/", ";SECRET, ''", "/orders%3Bjsessionid=SECRET/7, /orders/7",
			"/orders%3bSECRET, /orders", "/orders?a=/SECRET, /orders", "/orders;a=SECRET?b=/SECRET, /orders",
			"/orders#SECRET, /orders", "/a%3, /a%3" })
	void aPathIsWithoutItsParametersAndItsQuery(String sent, String shown) {
		assertThat(ForeignText.path(sent)).isEqualTo(shown);
		assertThat(ForeignText.request("GET", sent)).isEqualTo("GET " + shown);
	}

	@Test
	void whatCannotBePrintedIsEscaped() {
		assertThat(ForeignText.of("a\r\nb\u001b[31m\u0085\u2028\u202e\u00e4\u007f"))
			.isEqualTo("a\\u000d\\u000ab\\u001b[31m\\u0085\\u2028\\u202e\\u00e4\\u007f");
	}

	@Test
	void whatIsTooLongIsCut() {
		String longest = "x".repeat(ForeignText.LIMIT);
		assertThat(ForeignText.of(longest)).isSameAs(longest);
		assertThat(ForeignText.of(longest + "y")).isEqualTo(longest + "...");
		assertThat(ForeignText.of("\n".repeat(10_000))).hasSizeLessThan(210).endsWith("\\u000a...");
		assertThat(ForeignText.request("M".repeat(8_000), "/" + longest)).hasSizeLessThan(240).contains("M... /x");
	}

}
