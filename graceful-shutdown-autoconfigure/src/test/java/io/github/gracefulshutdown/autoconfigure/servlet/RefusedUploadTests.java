package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import jakarta.servlet.http.HttpServletRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link RefusedBody}. */
class RefusedUploadTests {

	private static final int TEN_MEGABYTES = 10 * 1024 * 1024;

	private final WebApplication application = WebApplication.start(Application.class);

	private final Controller controller = this.application.context().getBean(Controller.class);

	@AfterEach
	void close() {
		this.application.close();
	}

	@Test
	void anUploadWithoutEndIsNotReadForEver() throws Exception {
		this.application.drain();
		try (Socket socket = new Socket("localhost", this.application.port())) {
			OutputStream stream = socket.getOutputStream();
			stream.write(
					"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n".formatted(Long.MAX_VALUE)
						.getBytes(StandardCharsets.US_ASCII));
			byte[] part = new byte[1024 * 1024];
			int parts = 0;
			try {
				for (; parts < 512; parts++) {
					stream.write(part);
				}
			}
			catch (IOException ex) {
				// It was cut off.
			}
			assertThat(parts).isLessThan(512);
		}
	}

	@Test
	void anUploadThatIsPartlyReadIsReadToItsEnd() throws Exception {
		try (RawConnection upload = new RawConnection(this.application.port()).post("/upload", TEN_MEGABYTES)) {
			upload.send(new byte[TEN_MEGABYTES / 2]);
			Awaitility.await().until(() -> this.controller.read.get() == TEN_MEGABYTES / 2);
			CompletableFuture<Outcome> drained = this.application.drainUntilBlocking();
			assertThat(
					this.application.send("POST", this.application.port(), "/upload", BodyPublishers.ofString("late"))
						.statusCode())
				.isEqualTo(503);
			assertThat(drained).isNotDone();
			upload.send(new byte[TEN_MEGABYTES - TEN_MEGABYTES / 2]);
			assertThat(upload.readToEnd()).startsWith("HTTP/1.1 200").contains("read 10485760");
			assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@RestController
	static class Controller {

		private final AtomicInteger read = new AtomicInteger();

		@PostMapping("/upload")
		String upload(HttpServletRequest request) throws IOException {
			InputStream body = request.getInputStream();
			byte[] buffer = new byte[8192];
			for (int length = body.read(buffer); length != -1; length = body.read(buffer)) {
				this.read.addAndGet(length);
			}
			return "read " + this.read;
		}

	}

}
