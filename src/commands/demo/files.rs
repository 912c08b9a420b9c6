//! The demo agency's records and files, carried by the program.

/// The records.
pub(super) const AGENCY: &str = include_str!("../../../fixtures/demo/agency.sql");

macro_rules! file {
    ($path:literal) => {
        ($path, include_bytes!(concat!("../../../fixtures/demo/files/", $path)))
    };
}

/// The files that events refer to: (path under `files/`, content). One path of the records has none, on purpose.
pub(super) const FILES: &[(&str, &[u8])] = &[
    file!("agence/logo.png"),
    file!("agence/repartition.png"),
    file!("agence/signature.png"),
    file!("annonces/apt_demo_sejour.jpg"),
    file!("annonces/apt_demo_terrasse.jpg"),
    file!("annonces/maison_coteau.jpg"),
    file!("courriers/compteur.pdf"),
    file!("courriers/compteur_vide.pdf"),
    file!("courriers/constat_amiable.pdf"),
    file!("courriers/devis_rosace.jpg"),
    file!("courriers/devis_toiture.pdf"),
    file!("courriers/facture_chauffe_eau.pdf"),
    file!("courriers/message_gardien.pdf"),
    file!("courriers/modificatif_1998.pdf"),
    file!("courriers/plafond.jpg"),
    file!("courriers/pouvoir.pdf"),
    file!("courriers/pv_ag_2025_signe.pdf"),
    file!("courriers/recapitulatif.pdf"),
    file!("courriers/reglement_1974.pdf"),
    file!("courriers/relevé_été_2025.pdf"),
    file!("courriers/vote_correspondance.pdf"),
    file!("photos/ceps_toiture.jpg"),
    file!("photos/gilbert_cave.jpg"),
    file!("photos/gilbert_facade.jpg"),
    file!("photos/gilbert_rosace.jpg"),
    file!("photos/pressoir_entree.jpg"),
    file!("photos/vignes_cour.jpg"),
    file!("pieces/2014/facture_edf_2011_11.pdf"),
    file!("pieces/2015/facture_edf_2012_01.pdf"),
    file!("pieces/2015/facture_edf_2012_02.pdf"),
    file!("pieces/2015/facture_edf_2012_03.pdf"),
    file!("pieces/2016/gouttiere_recto.jpg"),
    file!("pieces/2016/maintenance_ascenseur.pdf"),
    file!("pieces/2019/facture_nettoyage.pdf"),
    file!("pieces/2025/facture_nettoyage.pdf"),
];

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_of_the_fixtures_is_carried() {
        fn walk(folder: &std::path::Path, root: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo/files");
        let mut found = Vec::new();
        walk(&root, &root, &mut found);
        found.sort();
        let mut carried: Vec<_> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        carried.sort();
        assert_eq!(carried, found);
    }
}
