package io.github.gracefulshutdown.autoconfigure.registry;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.discovery.EurekaClient;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import com.netflix.discovery.shared.transport.EurekaHttpResponse;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.GuestRunner;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/** Tests for {@link EurekaRequests} and {@link EurekaEntry}. */
class EurekaRequestsTests {

	private final List<String> sent = new CopyOnWriteArrayList<>();

	private final GuestRunner guests = mock(GuestRunner.class);

	private final EurekaDeparture departure = new EurekaDeparture(provider(GuestRunner.class, this.guests),
			provider(GracefulShutdownProperties.class, new GracefulShutdownProperties()));

	private final List<Duration> bounds = new CopyOnWriteArrayList<>();

	private boolean frozen;

	private final EurekaHttpClient server = mock(EurekaHttpClient.class);

	private final EurekaRequests requests = new EurekaRequests(this.server, new EurekaEntry(this.departure));

	private final InstanceInfo info = mock(InstanceInfo.class);

	private static <T> ObjectProvider<T> provider(Class<T> type, T bean) {
		StaticListableBeanFactory beanFactory = new StaticListableBeanFactory();
		beanFactory.addBean("bean", bean);
		return beanFactory.getBeanProvider(type);
	}

	@Test
	void theCopyOfTheClientHasTheIdentifierOfARestoredInstance() {
		ApplicationInfoManager manager = mock(ApplicationInfoManager.class);
		EurekaClient client = mock(EurekaClient.class);
		Registration registration = mock(Registration.class);
		Map<String, String> metadata = new HashMap<>(Map.of(InstanceId.METADATA_NAME, "old"));
		given(registration.getMetadata()).willReturn(metadata);
		given(this.info.getMetadata()).willReturn(Map.of(InstanceId.METADATA_NAME, "old"));
		given(manager.getInfo()).willReturn(this.info);
		given(client.getApplicationInfoManager()).willReturn(manager);
		EurekaAdapter adapter = new EurekaAdapter(new MockEnvironment(), this.departure,
				provider(EurekaClient.class, client));
		adapter.identify(registration, "new");
		assertThat(metadata).containsEntry(InstanceId.METADATA_NAME, "new");
		then(manager).should().registerAppMetadata(Map.of(InstanceId.METADATA_NAME, "new"));
	}

	@BeforeEach
	void answer() {
		given(this.guests.run(any(), any(), any())).willAnswer((call) -> {
			this.bounds.add(call.getArgument(1));
			return this.frozen ? CompletableFuture.failedFuture(new TimeoutException("Not finished"))
					: CompletableFuture.completedFuture(call.<Callable<?>>getArgument(2).call());
		});
		given(this.info.getAppName()).willReturn("APP");
		given(this.info.getId()).willReturn("id");
		given(this.info.getStatus()).willReturn(InstanceStatus.UP);
		given(this.server.getInstance("APP", "id"))
			.willReturn(EurekaHttpResponse.anEurekaHttpResponse(404, InstanceInfo.class).build());
		given(this.server.register(any())).willAnswer((call) -> {
			InstanceInfo registered = call.getArgument(0);
			return answer("register as " + registered.getStatus(), 204);
		});
		given(this.server.cancel("APP", "id")).willAnswer((call) -> answer("cancel", 200));
		given(this.server.deleteStatusOverride(any(), any(), any()))
			.willAnswer((call) -> answer("delete override", 200));
	}

	@Test
	void registersAsItIs() {
		assertThat(this.requests.register(this.info).getStatusCode()).isEqualTo(204);
		assertThat(this.sent).containsExactly("register as UP");
	}

	@Test
	void registersAsOutOfServiceWhileLeaving() {
		this.departure.setLeaving(true);
		this.requests.register(this.info);
		assertThat(this.sent).containsExactly("register as OUT_OF_SERVICE");
	}

	@Test
	void takesTheOverrideOfAPredecessorBackOnce() {
		InstanceInfo predecessor = mock(InstanceInfo.class);
		given(predecessor.getOverriddenStatus()).willReturn(InstanceStatus.OUT_OF_SERVICE);
		given(this.server.getInstance("APP", "id"))
			.willReturn(EurekaHttpResponse.anEurekaHttpResponse(200, predecessor).build());
		this.requests.register(this.info);
		this.requests.register(this.info);
		assertThat(this.sent).containsExactly("delete override", "register as UP", "register as UP");
	}

	@Test
	void registersWhenThePredecessorCannotBeLookedUp() {
		given(this.server.getInstance("APP", "id")).willThrow(new IllegalStateException("not reachable"));
		this.requests.register(this.info);
		assertThat(this.sent).containsExactly("register as UP");
	}

	@Test
	void neitherRegistersNorRenewsOnceItIsRemoved() {
		this.requests.cancel("APP", "id");
		assertThat(this.requests.register(this.info).getStatusCode()).isEqualTo(204);
		assertThat(this.requests.sendHeartBeat("APP", "id", this.info, null).getStatusCode()).isEqualTo(200);
		assertThat(this.sent).containsExactly("cancel");
	}

	@Test
	void doesNotWaitForServersThatDoNotAnswer() {
		this.frozen = true;
		for (int attempt = 0; attempt < 3; attempt++) {
			assertThatIllegalStateException().isThrownBy(() -> this.requests.cancel("APP", "id"))
				.withMessage("Eureka was not told that this instance is gone: its lease will expire")
				.withCauseInstanceOf(TimeoutException.class);
		}
		assertThat(this.bounds).extracting(Duration::toMillis).containsExactly(2500L, 1250L, 625L);
	}

	@Test
	void isRemovedAfterTheRegistrationThatIsUnderWay() throws Exception {
		CountDownLatch registering = new CountDownLatch(1);
		CountDownLatch admitted = new CountDownLatch(1);
		willAnswer((call) -> {
			registering.countDown();
			admitted.await();
			return answer("register", 204);
		}).given(this.server).register(any());
		CompletableFuture<?> registered = Background.run(() -> this.requests.register(this.info));
		registering.await();
		Thread removal = new Thread(() -> this.requests.cancel("APP", "id"));
		removal.start();
		Awaitility.await().until(() -> removal.getState() == Thread.State.TIMED_WAITING);
		assertThat(this.sent).isEmpty();
		admitted.countDown();
		removal.join();
		registered.get(10, TimeUnit.SECONDS);
		assertThat(this.sent).containsExactly("register", "cancel");
	}

	private EurekaHttpResponse<Void> answer(String request, int status) {
		this.sent.add(request);
		return EurekaHttpResponse.status(status);
	}

}
