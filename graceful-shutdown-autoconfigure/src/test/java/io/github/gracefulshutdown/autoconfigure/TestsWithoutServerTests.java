package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Objects;

import io.github.gracefulshutdown.DrainGate;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.result.MockMvcResultMatchers;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.request.async.DeferredResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications under test as Spring Boot starts them, in a pod as a build has
 * it. The limit is far from what a close takes, and below what it took when it waited for
 * somebody.
 */
@ExtendWith(OutputCaptureExtension.class)
class TestsWithoutServerTests {

	private static final Duration LIMIT = Duration.ofMillis(4_500);

	@Test
	void anAsynchronousRequestThatNoDispatchEndsIsNotWaitedFor(CapturedOutput output) throws Exception {
		TestContextManager test = prepare(OfServlets.class);
		WebApplicationContext context = (WebApplicationContext) context(test);
		MockMvc mockMvc = MockMvcBuilders.webAppContextSetup(context).addFilters(drainFilter(context)).build();
		mockMvc.perform(MockMvcRequestBuilders.get("/later")).andExpect(MockMvcResultMatchers.request().asyncStarted());
		assertThat(context.getBean(DrainGate.class).inFlight()).isZero();
		close(test);
		assertThat(output).contains("quiet, no server brings requests").contains("CLEAN");
	}

	@Test
	void aCloseRightAfterARequestDoesNotWait(CapturedOutput output) throws Exception {
		TestContextManager test = prepare(OfServlets.class);
		WebApplicationContext context = (WebApplicationContext) context(test);
		MockMvc mockMvc = MockMvcBuilders.webAppContextSetup(context).addFilters(drainFilter(context)).build();
		for (int i = 0; i < 3; i++) {
			mockMvc.perform(MockMvcRequestBuilders.get("/hello")).andExpect(MockMvcResultMatchers.status().isOk());
			mockMvc.perform(MockMvcRequestBuilders.get("/actuator/health"));
		}
		close(test);
		assertThat(output).contains("quiet, no server brings requests");
	}

	@Test
	void aBodyThatNeverEndsIsNotWaitedFor(CapturedOutput output) throws Exception {
		TestContextManager test = prepare(OfReactive.class);
		Flux<String> body = WebTestClient.bindToApplicationContext(context(test))
			.build()
			.get()
			.uri("/endless")
			.exchange()
			.returnResult(String.class)
			.getResponseBody();
		Disposable reader = body.subscribe();
		assertThat(context(test).getBean(DrainGate.class).inFlight()).isZero();
		close(test);
		reader.dispose();
		assertThat(output).contains("quiet, no server brings requests");
	}

	@Test
	void nobodyWasToldOfAnApplicationThatIsNoWebApplication(CapturedOutput output) throws Exception {
		TestContextManager test = prepare(OfNothing.class);
		close(test);
		assertThat(output).contains("quiet, no server brings requests");
	}

	@Test
	void aServerOfATestIsNotThatOfThePlatform() throws Exception {
		TestContextManager test = prepare(WithServer.class);
		close(test);
	}

	private static TestContextManager prepare(Class<?> test) throws Exception {
		TestContextManager manager = new TestContextManager(test);
		manager.getTestContext().getApplicationContext();
		return manager;
	}

	private static ApplicationContext context(TestContextManager test) {
		return test.getTestContext().getApplicationContext();
	}

	private static Filter drainFilter(ApplicationContext context) {
		return Objects.requireNonNull(
				context.getBean("gracefulShutdownDrainFilterRegistration", FilterRegistrationBean.class).getFilter());
	}

	private static void close(TestContextManager test) {
		long begin = System.nanoTime();
		test.getTestContext().markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
	}

	@SpringBootTest(classes = Application.class,
			properties = { "spring.main.cloud-platform=kubernetes", "grpc.server.port=-1" })
	static class OfServlets {

	}

	@SpringBootTest(classes = Application.class, properties = { "spring.main.cloud-platform=kubernetes",
			"grpc.server.port=-1", "spring.main.web-application-type=reactive" })
	static class OfReactive {

	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = { "spring.main.cloud-platform=kubernetes", "grpc.server.port=-1" })
	static class OfNothing {

	}

	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
			properties = { "spring.main.cloud-platform=kubernetes", "grpc.server.port=-1" })
	static class WithServer {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Controller.class)
	static class Application {

	}

	@RestController
	static class Controller {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/later")
		DeferredResult<String> later() {
			return new DeferredResult<>();
		}

		@GetMapping("/endless")
		Flux<String> endless() {
			return Flux.concat(Flux.just("first"), Flux.never());
		}

	}

}
