package io.github.gracefulshutdown.autoconfigure;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Rules of the house. */
@AnalyzeClasses(packages = "io.github.gracefulshutdown", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule basePackageKnowsTheJdkAlone = classes().that()
		.resideInAPackage("io.github.gracefulshutdown")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.github.gracefulshutdown", "java..", "org.jspecify..")
		.because("applications use it without Spring as well");

	@ArchTest
	static final ArchRule adaptersDoNotKnowOneAnother = slices()
		.matching("io.github.gracefulshutdown.autoconfigure.(*)..")
		.should()
		.notDependOnEachOther()
		.because("each must work without the libraries of the others");

	@ArchTest
	static final ArchRule coreDoesNotKnowItsAdapters = noClasses().that()
		.resideInAPackage("io.github.gracefulshutdown.autoconfigure")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.github.gracefulshutdown.autoconfigure.*..")
		.because("arrows point inward");

	@ArchTest
	static final ArchRule coreKnowsNoOptionalLibrary = noClasses().that()
		.resideInAPackage("io.github.gracefulshutdown.autoconfigure")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("jakarta..", "io.grpc..", "io.micrometer..", "org.springframework.cloud..",
				"org.springframework.web..", "org.springframework.boot.actuate..")
		.because("an application may have none of them");

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL)
		.andShould()
		.haveSimpleNameEndingWith("AutoConfiguration")
		.because("they can be excluded by class and are nobody's base class");

	@ArchTest
	static final ArchRule beanMethodsAreHidden = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.notBePublic()
		.because("nothing in an auto-configuration is an API");

	@ArchTest
	static final ArchRule beanNamesCollideWithNobodys = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.haveNameStartingWith(GracefulShutdownAutoConfiguration.BEAN_NAME_PREFIX)
		.andShould(beNamedByTheirMethod())
		.because("an application with a bean of the same name does not start, or loses it");

	@ArchTest
	static final ArchRule componentsAreConfigurations = classes().that()
		.areMetaAnnotatedWith(Component.class)
		.should()
		.beMetaAnnotatedWith(Configuration.class)
		.because("these are named by their whole class name when they are imported");

	private static ArchCondition<JavaMethod> beNamedByTheirMethod() {
		return new ArchCondition<>("be named by their method") {
			@Override
			public void check(JavaMethod method, ConditionEvents events) {
				boolean named = method.getAnnotationOfType(Bean.class).name().length > 0
						|| method.getAnnotationOfType(Bean.class).value().length > 0;
				events.add(new SimpleConditionEvent(method, !named, method.getFullName() + " has another bean name"));
			}
		};
	}

	@ArchTest
	static final ArchRule lifecyclesAreHidden = classes().that()
		.areAssignableTo(Lifecycle.class)
		.should()
		.notBePublic()
		.because("the sequence is what applications talk to");

	@ArchTest
	static final ArchRule nothingSleeps = noClasses().should()
		.callMethod(Thread.class, "sleep", long.class)
		.because("waiting is a future, not a sleep");

	@ArchTest
	static final ArchRule nothingThatMovedBetweenTheBootLinesIsUsed = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.boot.web.context..", "org.springframework.boot.web.embedded..",
				"org.springframework.boot.actuate.health..", "org.springframework.boot.actuate.metrics..",
				"org.springframework.boot.actuate.autoconfigure.metrics..",
				"org.springframework.boot.actuate.autoconfigure.health..",
				"org.springframework.boot.autoconfigure.web..", "org.springframework.boot.env..")
		.because("one jar runs on all of them");

}
