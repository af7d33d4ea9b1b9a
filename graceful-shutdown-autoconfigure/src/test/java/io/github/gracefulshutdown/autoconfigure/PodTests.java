package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslStoreBundle;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Pod}. */
class PodTests {

	private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

	private static final String PASSWORD = "changeit";

	// As the API server writes one, with all that JSON may have in it.
	private static final String JSON = """
			{
			  "kind": "Pod",
			  "apiVersion": "v1",
			  "metadata": {
			    "name": "orders-7d9c5b8f6-x2x7q",
			    "namespace": "shop",
			    "creationTimestamp": "2026-11-20T09:12:31Z",
			    "annotations": {
			      "kubectl.kubernetes.io/last-applied-configuration": "{\\"kind\\":\\"Pod\\",\\"spec\\":{\\"containers\\":[{\\"args\\":[\\"a, {b} ]\\"]}],\\"terminationGracePeriodSeconds\\":99}}\\n"
			    },
			    "managedFields": [
			      {
			        "manager": "kube-controller-manager",
			        "operation": "Update",
			        "fieldsType": "FieldsV1",
			        "fieldsV1": {
			          "f:spec": {
			            "f:containers": {
			              "k:{\\"name\\":\\"app\\"}": {
			                ".": {},
			                "f:lifecycle": { ".": {}, "f:preStop": { ".": {}, "f:sleep": { ".": {}, "f:seconds": {} } } }
			              }
			            },
			            "f:terminationGracePeriodSeconds": {}
			          }
			        }
			      }
			    ]
			  },
			  "spec": {
			    "containers": [
			      {
			        "name": "proxy",
			        "image": "proxy:1",
			        "lifecycle": { "preStop": { "sleep": { "seconds": 3 } } }
			      },
			      {
			        "name": "app",
			        "image": "orders:1",
			        "lifecycle": %s
			      },
			      {
			        "name": "other",
			        "image": "other:1",
			        "resources": {}
			      }
			    ],
			    "restartPolicy": "Always",
			    "terminationGracePeriodSeconds": 45,
			    "dnsPolicy": "ClusterFirst"
			  },
			  "status": { "phase": "Running", "qosClass": "BestEffort" }
			}
			""";

	@TempDir
	static Path keys;

	@TempDir
	Path serviceAccount;

	private final Map<String, String> environment = new HashMap<>();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger requests = new AtomicInteger();

	private final CountDownLatch end = new CountDownLatch(1);

	private HttpsServer server;

	@BeforeAll
	static void makeKeys() throws Exception {
		makeKey("cluster");
		makeKey("stranger");
	}

	@BeforeEach
	void startServer() throws Exception {
		SslBundle ssl = SslBundle.of(SslStoreBundle.of(key("cluster"), PASSWORD, null), SslBundleKey.of(PASSWORD));
		this.server = HttpsServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
		this.server.setHttpsConfigurator(new HttpsConfigurator(ssl.createSslContext()));
		this.server.setExecutor(this.threads);
		this.server.start();
		this.environment.put("KUBERNETES_SERVICE_HOST", LOOPBACK.getHostAddress());
		this.environment.put("KUBERNETES_SERVICE_PORT", "" + this.server.getAddress().getPort());
		this.environment.put("HOSTNAME", "orders-7d9c5b8f6-x2x7q");
		Files.writeString(this.serviceAccount.resolve("namespace"), "shop");
		Files.writeString(this.serviceAccount.resolve("token"), "a.token\n");
		trust("cluster");
	}

	@AfterEach
	void stopServer() {
		this.end.countDown();
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	@Test
	void isReadWithTheServiceAccount() {
		answer(200, JSON.formatted("{ \"preStop\": { \"sleep\": { \"seconds\": 5 } } }"));
		assertThat(read()).isEqualTo(new Pod.Termination(Duration.ofSeconds(45), Duration.ofSeconds(5), false));
	}

	@Test
	void isDeletedOnceItHasTheTimeOfItsDeletion() {
		answer(200, "{ \"metadata\": { \"deletionTimestamp\": \"2026-01-01T00:00:00Z\" }, "
				+ "\"spec\": { \"terminationGracePeriodSeconds\": 45 } }");
		assertThat(read()).isEqualTo(new Pod.Termination(Duration.ofSeconds(45), Duration.ZERO, true));
	}

	@Test
	void hasNoPreStopThatCannotBeKnown() {
		answer(200, JSON.formatted("{ \"preStop\": { \"exec\": { \"command\": [\"sleep\", \"20\"] } } }"));
		assertThat(read()).isEqualTo(new Pod.Termination(Duration.ofSeconds(45), Duration.ofSeconds(3), false));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "{}", "{\"spec\":{}}", "{\"spec\":{\"terminationGracePeriodSeconds\":\"30\"}}", "[]", "{", "" })
	void isNotKnownFromAnAnswerThatIsNoPod(String body) {
		answer(200, body);
		assertThat(read()).isNull();
		assertThat(this.requests).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 302, 401, 403, 404, 500 })
	void isNotKnownWhenItMayNotBeRead(int status) {
		answer(status, JSON.formatted("{}"));
		assertThat(read()).isNull();
		assertThat(this.requests).hasValue(1);
	}

	@Test
	void isNotReadFromAServerThatTheClusterDoesNotTrust() throws Exception {
		answer(200, JSON.formatted("{}"));
		trust("stranger");
		assertThat(read()).isNull();
		Files.writeString(this.serviceAccount.resolve("ca.crt"), "");
		assertThat(read()).isNull();
		assertThat(this.requests).hasValue(0);
	}

	@Test
	void isNotReadFromAServerOfAnotherName() {
		answer(200, JSON.formatted("{}"));
		this.environment.put("KUBERNETES_SERVICE_HOST", "localhost");
		assertThat(read()).isNull();
		assertThat(this.requests).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ca.crt", "namespace", "token" })
	void isNotReadWithoutAFileOfTheServiceAccount(String file) throws IOException {
		answer(200, JSON.formatted("{}"));
		Files.delete(this.serviceAccount.resolve(file));
		assertThat(read()).isNull();
		assertThat(this.requests).hasValue(0);
	}

	@Test
	void isNotReadWithoutAServiceAccount() {
		answer(200, JSON.formatted("{}"));
		this.serviceAccount = this.serviceAccount.resolve("missing");
		assertThat(read()).isNull();
		assertThat(this.requests).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "HOSTNAME" })
	void isNotReadWithoutAVariable(String variable) {
		answer(200, JSON.formatted("{}"));
		this.environment.remove(variable);
		assertThat(read()).isNull();
		assertThat(this.requests).hasValue(0);
	}

	@Test
	void isNotKnownWhenNobodyListens() {
		this.server.stop(0);
		assertThat(read()).isNull();
	}

	@Test
	void isNotWaitedForWhenTheServerDoesNotAnswer() {
		serve((exchange) -> hang());
		assertThat(read(Duration.ofMillis(500))).isNull();
	}

	@Test
	void isNotWaitedForWhenTheAnswerDoesNotEnd() {
		serve((exchange) -> {
			exchange.sendResponseHeaders(200, 0);
			exchange.getResponseBody().write('{');
			exchange.getResponseBody().flush();
			hang();
		});
		assertThat(read(Duration.ofMillis(500))).isNull();
	}

	@Test
	void isNotWaitedForWhenTheHandshakeDoesNotEnd() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 1, LOOPBACK)) {
			this.environment.put("KUBERNETES_SERVICE_PORT", "" + silent.getLocalPort());
			assertThat(read(Duration.ofMillis(500))).isNull();
		}
	}

	@Test
	void keepsTheInterruptOfItsThread() {
		serve((exchange) -> hang());
		Thread.currentThread().interrupt();
		assertThat(read()).isNull();
		assertThat(Thread.interrupted()).isTrue();
	}

	private Pod.@Nullable Termination read() {
		return read(Duration.ofSeconds(30));
	}

	private Pod.@Nullable Termination read(Duration timeout) {
		return new Pod(this.serviceAccount, this.environment, timeout).termination();
	}

	private void answer(int status, String body) {
		serve((exchange) -> {
			byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(status, (bytes.length == 0) ? -1 : bytes.length);
			exchange.getResponseBody().write(bytes);
		});
	}

	/** Serves the one pod to whoever has the token. */
	private void serve(HttpHandler handler) {
		this.server.createContext("/", (exchange) -> {
			this.requests.incrementAndGet();
			try (exchange) {
				if (isAllowed(exchange)) {
					handler.handle(exchange);
				}
				else {
					exchange.sendResponseHeaders(401, -1);
				}
			}
		});
	}

	private static boolean isAllowed(HttpExchange exchange) {
		return exchange.getRequestMethod().equals("GET")
				&& exchange.getRequestURI().toString().equals("/api/v1/namespaces/shop/pods/orders-7d9c5b8f6-x2x7q")
				&& "Bearer a.token".equals(exchange.getRequestHeaders().getFirst("Authorization"));
	}

	private void hang() {
		try {
			this.end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void trust(String name) throws Exception {
		String certificate = Base64.getMimeEncoder().encodeToString(key(name).getCertificate(name).getEncoded());
		Files.writeString(this.serviceAccount.resolve("ca.crt"),
				"-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----\n");
	}

	private static KeyStore key(String name) throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(keys.resolve(name))) {
			store.load(in, PASSWORD.toCharArray());
		}
		return store;
	}

	private static void makeKey(String name) throws Exception {
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", name, "-dname", "CN=" + name, "-ext", "san=ip:" + LOOPBACK.getHostAddress(),
				"-keyalg", "EC", "-keystore", keys.resolve(name).toString(), "-storetype", "PKCS12", "-storepass",
				PASSWORD)
			.redirectErrorStream(true)
			.start();
		String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(keytool.waitFor()).as(output).isZero();
	}

}
