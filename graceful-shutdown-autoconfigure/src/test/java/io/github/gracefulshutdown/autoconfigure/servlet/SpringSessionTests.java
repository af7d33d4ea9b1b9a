package io.github.gracefulshutdown.autoconfigure.servlet;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.config.annotation.web.http.EnableSpringHttpSession;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for an application whose sessions are Spring Session's. */
class SpringSessionTests {

	private final WebApplication application = WebApplication.start(Application.class);

	private final Controller controller = this.application.context().getBean(Controller.class);

	private final Map<String, Session> sessions = this.application.context().getBean(Sessions.class).all();

	@AfterEach
	void close() {
		this.controller.admit.countDown();
		this.application.close();
	}

	@Test
	void theRefusalCreatesNoSessionAndARequestThatWasLetInSavesIts() throws Exception {
		String cookie = send("/count").headers().firstValue("Set-Cookie").orElseThrow();
		assertThat(this.sessions).hasSize(1);
		CompletableFuture<HttpResponse<String>> inFlight = Background
			.call(() -> send("/count-slowly", "Cookie", cookie));
		Awaitility.await().until(() -> this.application.gate().inFlight() == 1);
		CompletableFuture<Outcome> drained = this.application.sequence().drain();
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		assertThatIsRefused(send("/count"));
		assertThatIsRefused(send("/count", "Cookie", cookie));
		assertThat(this.sessions).hasSize(1);
		this.controller.admit.countDown();
		assertThat(inFlight.get(10, TimeUnit.SECONDS).body()).isEqualTo("2");
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(this.sessions.values()).singleElement()
			.extracting((session) -> session.getAttribute("count"))
			.isEqualTo(2);
	}

	private HttpResponse<String> send(String path, String... headers) {
		return this.application.send("GET", this.application.port(), path, BodyPublishers.noBody(), headers);
	}

	private static void assertThatIsRefused(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
	}

	/**
	 * Where sessions are.
	 *
	 * @param all the sessions by their name
	 */
	private record Sessions(Map<String, Session> all) {
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableSpringHttpSession
	static class Application {

		@Bean
		Sessions sessions() {
			return new Sessions(new ConcurrentHashMap<>());
		}

		@Bean
		MapSessionRepository sessionRepository(Sessions sessions) {
			return new MapSessionRepository(sessions.all());
		}

		// As Spring Boot orders it, which does so only where it makes the repository too.
		@Bean
		FilterRegistrationBean<Filter> sessionFilter(SessionRepositoryFilter<?> filter) {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(filter);
			registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER);
			return registration;
		}

		/** Asks for a session with every request, as applications do. */
		@Bean
		FilterRegistrationBean<Filter> askingFilter() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				((HttpServletRequest) request).getSession();
				chain.doFilter(request, response);
			});
			registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER + 1);
			return registration;
		}

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@RestController
	static class Controller {

		private final CountDownLatch admit = new CountDownLatch(1);

		@GetMapping("/count")
		int count(HttpSession session) {
			Integer count = (Integer) session.getAttribute("count");
			int next = (count != null) ? count + 1 : 1;
			session.setAttribute("count", next);
			return next;
		}

		@GetMapping("/count-slowly")
		int countSlowly(HttpSession session) throws InterruptedException {
			this.admit.await();
			return count(session);
		}

	}

}
