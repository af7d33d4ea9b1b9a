package io.github.gracefulshutdown.autoconfigure;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Stage;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what is restored from a checkpoint: Spring stops what runs before it, and starts
 * that after it, in each process that is made of it.
 */
class RestoredInstanceTests {

	private final GenericApplicationContext context = new GenericApplicationContext();

	@Test
	void aRestoredInstanceIsAnotherOneAndDrainsAsOne() throws Exception {
		try (WebApplication application = WebApplication.start(HelloApplication.class)) {
			String before = application.instanceId();
			restore(application.context());
			String after = application.instanceId();
			assertThat(after).isNotEqualTo(before);
			assertThat(application.get("/hello").statusCode()).isEqualTo(200);
			application.sequence().drain().get(10, TimeUnit.SECONDS);
			HttpResponse<String> refused = application.get("/hello");
			assertThat(refused.statusCode()).isEqualTo(503);
			assertThat(refused.headers().firstValue(RequestAdmission.INSTANCE_NAME)).hasValue(after);
			application.sequence().resume();
			assertThat(application.sequence().stage()).isEqualTo(Stage.SERVING);
			assertThat(application.instanceId()).isEqualTo(after);
		}
	}

	@Test
	void theListenersOfItsOwnContextHearOfTheNewInstance() {
		List<String> heard = new ArrayList<>();
		GenericApplicationContext parent = new GenericApplicationContext();
		parent.registerBean("ofParent", RestoredInstanceListener.class, () -> (instance) -> heard.add("parent"));
		this.context.registerBean("own", RestoredInstanceListener.class,
				() -> (instance) -> heard.add(instance.value()));
		parent.refresh();
		this.context.setParent(parent);
		this.context.refresh();
		InstanceId instance = new InstanceId();
		String value = instance.value();
		RestoredInstanceLifecycle lifecycle = new RestoredInstanceLifecycle(instance,
				new Probers(new FakeTime(), 3, (prober) -> false), this.context.getBeanFactory());
		lifecycle.start();
		assertThat(heard).isEmpty();
		lifecycle.stop();
		lifecycle.start();
		assertThat(heard).containsExactly(instance.value()).doesNotContain(value);
	}

	@Test
	void whatPolledBeforeIsNotWaitedFor() {
		FakeTime time = new FakeTime();
		Probers probers = new Probers(time, 3, (prober) -> false);
		RestoredInstanceLifecycle lifecycle = new RestoredInstanceLifecycle(new InstanceId(), probers,
				this.context.getBeanFactory());
		lifecycle.start();
		for (int check = 0; check < 3; check++) {
			time.advance(Duration.ofSeconds(2));
			probers.checked("GET /health", "10.0.0.1", null, false);
		}
		assertThat(probers.watch(Duration.ofSeconds(10), Duration.ofSeconds(10)).expected()).isPositive();
		lifecycle.stop();
		lifecycle.start();
		assertThat(probers.watch(Duration.ofSeconds(10), Duration.ofSeconds(10)).expected()).isZero();
	}

	@Test
	void anInstanceIsTheSameFromItsStartToItsEnd() {
		InstanceId instance = new InstanceId();
		String value = instance.value();
		RestoredInstanceLifecycle lifecycle = new RestoredInstanceLifecycle(instance,
				new Probers(new FakeTime(), 3, (prober) -> false), this.context.getBeanFactory());
		lifecycle.start();
		lifecycle.stop();
		assertThat(instance.value()).isEqualTo(value);
		assertThat(lifecycle.isPauseable()).isFalse();
	}

	/** Does what the processor does before a checkpoint, and after it. */
	private static void restore(ConfigurableApplicationContext context) {
		DefaultLifecycleProcessor processor = context.getBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME,
				DefaultLifecycleProcessor.class);
		ReflectionTestUtils.invokeMethod(processor, "stopForRestart");
		ReflectionTestUtils.invokeMethod(processor, "restartAfterStop");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@RestController
	static class HelloApplication {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

	}

}
