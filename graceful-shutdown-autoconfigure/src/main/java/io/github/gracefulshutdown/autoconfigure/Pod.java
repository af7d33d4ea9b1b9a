package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * The pod of this process, as the API server of Kubernetes tells it to a service account
 * that may get pods. Most may not.
 */
final class Pod {

	private static final Logger logger = LoggerFactory.getLogger(Pod.class);

	private final Path serviceAccount;

	private final Map<String, String> environment;

	private final Duration timeout;

	/**
	 * Creates the pod of this process.
	 * @param serviceAccount the directory of what the pod proves itself with
	 * @param environment the environment variables of the process
	 * @param timeout how long the API server may take
	 */
	Pod(Path serviceAccount, Map<String, String> environment, Duration timeout) {
		this.serviceAccount = serviceAccount;
		this.environment = environment;
		this.timeout = timeout;
	}

	/** Returns how the pod is terminated, or null if it cannot be read. */
	@Nullable Termination termination() {
		try { // without Jackson and Gson the parser fails: the basic one knows no \"
			return Termination.of(JsonParserFactory.getJsonParser().parseMap(read()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (Exception | LinkageError ex) { // a trimmed runtime may lack java.net.http
			logger.debug("Could not read the pod of this process", ex);
			return null;
		}
	}

	private String read() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(uri())
			.header("Authorization", "Bearer " + file("token"))
			.header("Accept", "application/json")
			.build();
		HttpClient client = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.proxy(HttpClient.Builder.NO_PROXY)
			.sslContext(trustOfTheCluster())
			.build();
		CompletableFuture<HttpResponse<String>> exchange = client.sendAsync(request,
				HttpResponse.BodyHandlers.ofString());
		try { // with a bound of ours, for the timeout of a request ends with the headers
			HttpResponse<String> response = exchange.get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
			if (response.statusCode() != 200) {
				throw new IOException("The API server answered with " + response.statusCode());
			}
			return response.body();
		}
		finally {
			exchange.cancel(true);
		}
	}

	private URI uri() throws IOException, URISyntaxException {
		return new URI("https", null, variable("KUBERNETES_SERVICE_HOST"),
				Integer.parseInt(variable("KUBERNETES_SERVICE_PORT")),
				"/api/v1/namespaces/" + file("namespace") + "/pods/" + variable("HOSTNAME"), null, null);
	}

	private String variable(String name) {
		String value = this.environment.get(name);
		if (value == null) {
			throw new IllegalStateException("There is no environment variable " + name);
		}
		return value;
	}

	private String file(String name) throws IOException {
		return Files.readString(this.serviceAccount.resolve(name)).trim();
	}

	/** Trusts whom the cluster trusts, and none of those that the JDK does. */
	private SSLContext trustOfTheCluster() throws IOException, GeneralSecurityException {
		KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
		trusted.load(null, null);
		try (InputStream certificates = Files.newInputStream(this.serviceAccount.resolve("ca.crt"))) {
			for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(certificates)) {
				trusted.setCertificateEntry(Integer.toString(trusted.size()), certificate);
			}
		}
		return SslBundle.of(SslStoreBundle.of(null, null, trusted)).createSslContext();
	}

	/**
	 * How a pod is terminated.
	 *
	 * @param gracePeriod the time until it is killed
	 * @param preStop the longest sleep of a container before its signal, which is part of
	 * that time
	 * @param deleted whether the pod is being deleted
	 */
	record Termination(Duration gracePeriod, Duration preStop, boolean deleted) {

		private static Termination of(Map<String, Object> pod) {
			if (!(at(pod, "spec", "terminationGracePeriodSeconds") instanceof Number gracePeriod)) {
				throw new IllegalStateException("The pod has no terminationGracePeriodSeconds");
			}
			long preStop = 0;
			if (at(pod, "spec", "containers") instanceof List<?> containers) {
				for (Object container : containers) {
					if (at(container, "lifecycle", "preStop", "sleep", "seconds") instanceof Number sleep) {
						preStop = Math.max(preStop, sleep.longValue());
					}
				}
			}
			return new Termination(Duration.ofSeconds(gracePeriod.longValue()), Duration.ofSeconds(preStop),
					at(pod, "metadata", "deletionTimestamp") != null);
		}

		private static @Nullable Object at(@Nullable Object json, String... path) {
			Object found = json;
			for (String key : path) {
				found = (found instanceof Map<?, ?> map) ? map.get(key) : null;
			}
			return found;
		}

	}

}
