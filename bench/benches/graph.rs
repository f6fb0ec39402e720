//! What the revision graph costs, to ten thousand revisions: `cargo bench -p bench --bench graph`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use migration_engine::graph::{Graph, Node, RevisionTarget};

const SIZES: [usize; 3] = [100, 1_000, 10_000];

fn name(number: usize) -> String {
    format!("m2026{number:06}_000000_change_number_{number}")
}

/// Every revision after the one before it.
fn linear(count: usize) -> Vec<Node> {
    (0..count).map(|number| Node::following(name(number), number.checked_sub(1).map(name))).collect()
}

/// Six areas side by side. In each, every tenth revision opens a branch that is merged five revisions later; every
/// seventh requires a revision of another area. All areas meet in one last merge.
fn branched(count: usize) -> Vec<Node> {
    const AREAS: usize = 6;
    let mut nodes: Vec<Node> = (0..count.saturating_sub(1))
        .map(|number| {
            let (area, step) = (number % AREAS, number / AREAS);
            let back = |steps: usize| (step >= steps).then(|| name(number - steps * AREAS));
            let parents = match step % 10 {
                6 => back(2).into_iter().collect::<Vec<_>>(),
                9 => back(1).into_iter().chain(back(4)).collect(),
                _ => back(1).into_iter().collect(),
            };
            let needed = (number % 7 == 0).then(|| number.checked_sub(AREAS + 1).map(name)).flatten();
            Node::following(name(number), parents).depends_on(needed).area(format!("area{area}"))
        })
        .collect();
    let heads: Vec<String> = Graph::new(nodes.clone())
        .map(|graph| graph.heads().into_iter().map(|head| graph.name(head).to_owned()).collect())
        .unwrap_or_default();
    nodes.push(Node::following(name(count - 1), heads));
    nodes
}

fn measure(criterion: &mut Criterion, shape: &str, count: usize, nodes: &[Node]) {
    let graph = match Graph::new(nodes.to_vec()) {
        Ok(graph) => graph,
        Err(error) => {
            eprintln!("{shape} {count}: {error}");
            return;
        }
    };
    let (Ok(nothing), Ok(all)) = (graph.applied(Vec::<&str>::new()), graph.applied(graph.names(graph.order()))) else {
        return;
    };
    let names = graph.names(graph.order());
    let unique = name(count / 2);
    let prefix = &unique[..unique.len() - 1];
    let mut run = |step: &str, work: &mut dyn FnMut()| {
        criterion.bench_with_input(BenchmarkId::new(format!("{shape}/{step}"), count), &(), |bencher, ()| {
            bencher.iter(&mut *work);
        });
    };
    run("build", &mut || drop(black_box(Graph::new(nodes.to_vec()))));
    run("clone_of_the_input", &mut || drop(black_box(nodes.to_vec())));
    run("applied", &mut || drop(black_box(graph.applied(&names))));
    run("plan_up_heads", &mut || drop(black_box(graph.plan_up(&RevisionTarget::Heads, &nothing))));
    run("plan_up_revision", &mut || {
        drop(black_box(graph.plan_up(&RevisionTarget::Revision(count - 1), &nothing)));
    });
    run("plan_down_base", &mut || drop(black_box(graph.plan_down(&RevisionTarget::Base, &all))));
    run("plan_down_revision", &mut || drop(black_box(graph.plan_down(&RevisionTarget::Revision(0), &all))));
    run("prefix", &mut || drop(black_box(graph.target(black_box(prefix)))));
    run("mistyped", &mut || drop(black_box(graph.target(black_box("chnage_number_x")))));
    run("draw", &mut || drop(black_box(graph.draw(graph.order(), |_| "pending".to_owned()))));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for count in SIZES {
        measure(&mut criterion, "linear", count, &linear(count));
        measure(&mut criterion, "branched", count, &branched(count));
    }
    criterion.final_summary();
}
